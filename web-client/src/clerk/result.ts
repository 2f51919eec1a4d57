import { resultCodes, type Result } from '@/core';

export type ResultCode = (typeof resultCodes)[number];

/* What the clerk has written so far. */
export interface ResultDraft {
  code: ResultCode | '';
  note: string;
  missing: string[];
}

export type ResultProblem = 'code' | 'missing' | 'note';

/* The server keeps 16 papers and some 127 bytes of each: 40 characters of any script. */
export const mostMissing = 16;
export const mostMissingChars = 40;
export const mostNoteChars = 300;

export const emptyDraft = (): ResultDraft => ({ code: '', note: '', missing: [] });

/* The first thing that is lacking; null: it can be saved. */
export function problemOf(draft: ResultDraft): ResultProblem | null {
  if (draft.code === '') {
    return 'code';
  }
  if (draft.code === 'SUPPLEMENT' && draft.missing.length === 0) {
    return 'missing';
  }
  return draft.code === 'NOT_ACCEPTED' && draft.note.trim() === '' ? 'note' : null;
}

/* Only what belongs to the code: a list written for another choice is not sent. */
export function resultOf(draft: ResultDraft): Result | null {
  if (draft.code === '' || problemOf(draft) !== null) {
    return null;
  }
  const result: Result = { code: draft.code };
  if (draft.note.trim() !== '') {
    result.note = draft.note.trim().slice(0, mostNoteChars);
  }
  if (draft.code === 'SUPPLEMENT') {
    result.missing = [...draft.missing];
  }
  return result;
}

/* Several papers may be pasted at once, one a line or parted by 、；; each once. */
export function withMissing(draft: ResultDraft, text: string): ResultDraft {
  const added = text
    .split(/[\n；;、]/)
    .map((part) => part.trim().slice(0, mostMissingChars))
    .filter((part) => part !== '');
  return { ...draft, missing: [...new Set([...draft.missing, ...added])].slice(0, mostMissing) };
}

export function withoutMissing(draft: ResultDraft, text: string): ResultDraft {
  return { ...draft, missing: draft.missing.filter((one) => one !== text) };
}
