import { en } from './en';
import { createTranslator } from './translator';
import { zhCN } from './zh-CN';

export { language, setLanguage, type Language } from './language';
export { createTranslator, type Translator, type Values } from './translator';
export type { MessageKey } from './zh-CN';

export const { t, tOr } = createTranslator({ 'zh-CN': zhCN, en });

export function errorText(code: string): string {
  return tOr(`error.${code}`, 'error.unknown');
}
