import { createTranslator } from '../translator';
import { en } from './en';
import { zhCN } from './zh-CN';

export { language, setLanguage } from '../language';
export type { SupervisorKey } from './zh-CN';

export const { t, tOr } = createTranslator({ 'zh-CN': zhCN, en });

export function errorText(code: string): string {
  return tOr(`error.${code}`, 'error.unknown');
}
