import { language } from './language';

type Words<Field extends string> = { readonly [K in Field]?: string | null | undefined };

/*
 * What the server calls something, in the page's language: its objects carry Chinese words, and under `en` the English ones as
 * far as there are any.
 */
export function wordOf<Field extends string>(
  object: (Words<Field> & { readonly en?: Words<Field> | null | undefined }) | null | undefined,
  field: Field,
): string {
  const english = language.value === 'en' ? object?.en?.[field] : null;
  return (english || object?.[field]) ?? '';
}

/* Several of them in a row. */
export function listOf(words: readonly string[]): string {
  return words.join(language.value === 'en' ? ', ' : '、');
}
