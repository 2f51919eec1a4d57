import type { Capture, DeviceKind } from '@/core';
import { t } from '@/i18n/clerk';

/* What is wrong with the clerk's devices, in one sentence; null: nothing. */
export function deviceProblem(capture: Capture): string | null {
  for (const kind of ['microphone', 'camera'] as DeviceKind[]) {
    const error = capture.errors[kind];
    if (error) {
      return t(`device.${error.reason}`, { what: t(`device.${kind}`) });
    }
  }
  return null;
}
