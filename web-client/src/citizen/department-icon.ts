import type { IconName } from '@/ui/icons/paths';

/* A picture beside the word, by what the department's name holds. */
const icons: Array<[RegExp, IconName]> = [
  [/不动产|住建|房/, 'home'],
  [/社保|人社/, 'shield'],
  [/医保|卫健/, 'heart'],
  [/公积金|税/, 'coins'],
  [/市场|企业|工商/, 'shop'],
  [/公安|户政/, 'card'],
];

export function departmentIcon(department: string): IconName {
  return icons.find(([pattern]) => pattern.test(department))?.[1] ?? 'document';
}
