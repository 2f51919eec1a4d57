import { createKeybindingsHandler } from 'tinykeys';

import type { ClerkKey } from '@/i18n/clerk';
import type { Phase } from './phase';

export type KeyAct = 'next' | 'accept' | 'mute' | 'camera' | 'papers' | 'hold' | 'transfer' | 'invite' | 'finish' | 'help';

export interface KeyRow {
  act: KeyAct;
  /* for tinykeys: `code` of the physical key, so that no layout and no dead key gets in the way */
  binding: string;
  /* for people */
  label: string;
  words: ClerkKey;
  /* phases in which it does something */
  phases: readonly Phase[];
}

const live: readonly Phase[] = ['connecting', 'call', 'held'];
const always: readonly Phase[] = ['idle', 'offered', 'calling', ...live, 'wrapUp'];

export const keyRows: readonly KeyRow[] = [
  { act: 'next', binding: 'Alt+KeyN', label: 'Alt+N', words: 'keys.next', phases: ['idle'] },
  { act: 'accept', binding: 'Alt+KeyA', label: 'Alt+A', words: 'keys.accept', phases: ['offered'] },
  { act: 'mute', binding: 'Alt+KeyM', label: 'Alt+M', words: 'keys.mute', phases: live },
  { act: 'camera', binding: 'Alt+KeyV', label: 'Alt+V', words: 'keys.camera', phases: live },
  { act: 'papers', binding: 'Alt+KeyD', label: 'Alt+D', words: 'keys.papers', phases: ['call'] },
  { act: 'hold', binding: 'Alt+KeyH', label: 'Alt+H', words: 'keys.hold', phases: ['call', 'held'] },
  { act: 'transfer', binding: 'Alt+KeyT', label: 'Alt+T', words: 'keys.transfer', phases: ['call', 'held', 'wrapUp'] },
  { act: 'invite', binding: 'Alt+KeyI', label: 'Alt+I', words: 'keys.invite', phases: ['call', 'held'] },
  { act: 'finish', binding: 'Alt+Enter', label: 'Alt+Enter', words: 'keys.finish', phases: ['call', 'held', 'wrapUp'] },
  { act: 'help', binding: '?', label: '?', words: 'keys.help', phases: always },
];

export const keyLabel = (act: KeyAct): string => keyRows.find((row) => row.act === act)?.label ?? '';

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}

/*
 * The handler for the page's keydown. A key that an input method is composing with is the method's; a plain `?` is text
 * while somebody types; in another phase, or while a dialog is open (`enabled`), a key does nothing.
 */
export function keyHandler(options: {
  phase: () => Phase;
  enabled: () => boolean;
  act: (act: KeyAct) => void;
}): (event: KeyboardEvent) => void {
  const press = (row: KeyRow) => (event: KeyboardEvent) => {
    if (!options.enabled() || !row.phases.includes(options.phase()) || event.repeat) {
      return;
    }
    event.preventDefault();
    options.act(row.act);
  };
  const bindings: Record<string, (event: KeyboardEvent) => void> = {};
  for (const row of keyRows.filter((one) => one.act !== 'help')) {
    bindings[row.binding] = press(row);
  }
  const handle = createKeybindingsHandler(bindings);
  const help = keyRows.find((row) => row.act === 'help')!;
  return (event) => {
    /* 229: Safari ends the composition before the key that ended it */
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    /* `?` needs Shift on most layouts and none on some: asked for by itself, whatever modifiers made it */
    if (event.key === '?' && !event.altKey && !event.ctrlKey && !event.metaKey) {
      if (!isTyping(event)) {
        press(help)(event);
      }
      return;
    }
    handle(event);
  };
}
