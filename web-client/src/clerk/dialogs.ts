import { shallowRef } from 'vue';

export type DialogName = 'hold' | 'reject' | 'transfer' | 'invite' | 'end' | 'noShow' | 'finishLive' | 'keys' | 'diag';

/* The one dialog that is open. */
export const dialog = shallowRef<DialogName | null>(null);

export function openDialog(name: DialogName): void {
  dialog.value = name;
}

export function closeDialog(): void {
  dialog.value = null;
}
