import { ref } from 'vue';

export type Language = 'zh-CN' | 'en';

const storageKey = 'shipinban.language';

/* The browser's own language, until somebody chooses: Chinese where it says nothing. */
export function browserLanguage(tag: string | undefined): Language {
  return !tag || /^zh\b/i.test(tag) ? 'zh-CN' : 'en';
}

function first(): Language {
  const own = browserLanguage(navigator.language);
  try {
    const chosen = localStorage.getItem(storageKey);
    return chosen === 'en' || chosen === 'zh-CN' ? chosen : own;
  } catch {
    return own; /* storage may be forbidden in a WebView */
  }
}

export const language = ref<Language>(first());
document.documentElement.lang = language.value;

export function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    /* the choice then lasts for this page */
  }
}
