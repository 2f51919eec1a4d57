import { shallowRef } from 'vue';

import { codeOf, http, type Matter, type MattersAnswer, type Notice } from '@/core';
import { language } from '@/i18n';
import { wordOf } from '@/i18n/words';

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

/* English words have blanks in them. */
function split(words: string): string[] {
  const between = /[一-鿿]/.test(words) ? /[、,，;；/\s]+/ : /\s*[,;/]\s*/;
  return words.split(between).filter((word) => word !== '');
}

/* In whichever language somebody searches. */
function wordsOf(matter: Matter, field: 'name' | 'alias' | 'department'): string[] {
  const words = [matter[field] ?? '', matter.en?.[field] ?? ''];
  return field === 'alias' ? words.flatMap(split) : words.filter((word) => word !== '');
}

export function aliasesOf(matter: Matter): string[] {
  return split(wordOf(matter, 'alias'));
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
    if (wordsOf(matter, 'name').some(touches) || plain(matter.code) === wanted) {
      return 0;
    }
    if (wordsOf(matter, 'alias').some(touches)) {
      return 1;
    }
    return wordsOf(matter, 'department').some(touches) ? 2 : 3;
  };
  return matters
    .map((matter, at) => ({ matter, at, rank: rank(matter) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map((one) => one.matter);
}

/* The notice as it is read on this page: what is acknowledged is the text that was shown. */
export function noticeShown(notice: Notice): { text: string; sha256: string } {
  return (language.value === 'en' && notice.en) || notice;
}
