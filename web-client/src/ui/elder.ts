import { ref } from 'vue';

const storageKey = 'shipinban.elder';

function remembered(): boolean {
  try {
    return localStorage.getItem(storageKey) === '1';
  } catch {
    return false; /* storage may be forbidden in a WebView */
  }
}

/* Elder mode: larger text and targets, through the root variables in tokens.css. */
export const elder = ref(false);

export function setElder(on: boolean): void {
  elder.value = on;
  document.documentElement.dataset['elder'] = String(on);
  try {
    localStorage.setItem(storageKey, on ? '1' : '0');
  } catch {
    /* the choice then lasts for this page */
  }
}

export function restoreElder(): void {
  elder.value = remembered();
  document.documentElement.dataset['elder'] = String(elder.value);
}
