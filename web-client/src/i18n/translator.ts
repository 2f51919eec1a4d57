import { language, type Language } from './language';

export type Values = Record<string, string | number>;

export interface Translator<Key extends string> {
  t: (key: Key, values?: Values) => string;
  /* For keys that are made from what the server said: an unknown one gives `fallback`. */
  tOr: (key: string, fallback: Key, values?: Values) => string;
}

/*
 * A translator over one table a language; the tables have the same keys. Each audience brings its own, so that the citizen's
 * page does not carry the words of the staff. Inside a component's render it follows the language switch.
 */
export function createTranslator<Key extends string>(
  tables: Record<Language, Record<Key, string>>,
): Translator<Key> {
  const t = (key: Key, values: Values = {}): string =>
    tables[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : String(value);
    });
  const tOr = (key: string, fallback: Key, values: Values = {}): string =>
    t(Object.prototype.hasOwnProperty.call(tables[language.value], key) ? (key as Key) : fallback, values);
  return { t, tOr };
}
