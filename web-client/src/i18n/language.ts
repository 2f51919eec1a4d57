import { ref } from 'vue';

export type Language = 'zh-CN' | 'en';

const storageKey = 'shipinban.language';

function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN'; /* storage may be forbidden in a WebView */
  }
}

export const language = ref<Language>(remembered());

export function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    /* the choice then lasts for this page */
  }
}
