import { shallowRef } from 'vue';

import { codeOf, http, type Matter, type MattersAnswer } from '@/core';

export const catalogue = shallowRef<MattersAnswer | null>(null);
export const catalogueError = shallowRef<string | null>(null);

/* Keeps what is shown when a refresh fails. */
export async function loadCatalogue(): Promise<void> {
  try {
    catalogue.value = await http.matters();
    catalogueError.value = null;
  } catch (error) {
    catalogueError.value = codeOf(error);
  }
}

export function matterOf(code: string): Matter | null {
  return catalogue.value?.matters.find((matter) => matter.code === code) ?? null;
}

export function aliasesOf(matter: Matter): string[] {
  return (matter.alias ?? '').split(/[、,，;；/\s]+/).filter((word) => word !== '');
}

const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, '');

/*
 * People type how they speak: part of a name or alias, or a sentence around one (“我要办过户”). Matches by name come before
 * those by alias, and both before the department.
 */
export function searchMatters(matters: Matter[], text: string): Matter[] {
  const wanted = plain(text);
  if (wanted === '') {
    return matters;
  }
  const touches = (word: string): boolean => {
    const own = plain(word);
    return own.includes(wanted) || (own.length >= 2 && wanted.includes(own));
  };
  const rank = (matter: Matter): number => {
    if (touches(matter.name) || plain(matter.code) === wanted) {
      return 0;
    }
    if (aliasesOf(matter).some(touches)) {
      return 1;
    }
    return touches(matter.department) ? 2 : 3;
  };
  return matters
    .map((matter, at) => ({ matter, at, rank: rank(matter) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map((one) => one.matter);
}
