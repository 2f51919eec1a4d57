import { shallowRef } from 'vue';

import type { Key, Result, Ticket } from '@/core';
import { capture, client, phase, ticket } from './desk';

/* What the clerk does. Each rejects with a ClientError; the button that asked shows it. */

/* The server also tells the window's new state by an event; the answer spares the page a blink of the old one. */
function takeInHand(next: Ticket): void {
  client.store.update((now) => ({
    ...now,
    offered: null,
    ended: null,
    window: now.window && { ...now.window, state: 'busy', ticket: next },
  }));
}

/* Answers false when there is nobody to call. The devices open meanwhile: the press is also their permission. */
export async function callNext(): Promise<boolean> {
  const { ticket: next } = await client.request('ticket.next', {});
  if (!next) {
    return false;
  }
  takeInHand(next);
  void capture.open();
  return true;
}

export async function acceptOffer(): Promise<void> {
  const offered = client.store.state.offered;
  if (offered === null) {
    return;
  }
  try {
    const { ticket: next } = await client.request('ticket.accept', { ticket: offered.ticket.id });
    if (next) {
      takeInHand(next);
    }
    void capture.open();
  } catch (error) {
    forgetOffer(offered.ticket.id);
    throw error;
  }
}

export async function rejectOffer(reason: string): Promise<void> {
  const offered = client.store.state.offered;
  if (offered !== null) {
    await client.request('ticket.reject', { ticket: offered.ticket.id, reason });
    forgetOffer(offered.ticket.id);
  }
}

export function forgetOffer(id: Key): void {
  client.store.update((now) => (now.offered?.ticket.id === id ? { ...now, offered: null } : now));
}

export async function setWindowState(next: 'ready' | 'not_ready' | 'rest'): Promise<void> {
  await client.request('clerk.state', { state: next });
}

/* The ticket that an act is about; another one may be in hand by the time a dialog is answered. */
function inHand(): Key {
  const now = ticket.value;
  return now === null ? '' : now.id;
}

export async function markNoShow(): Promise<void> {
  await client.request('ticket.noshow', { ticket: inHand() });
  stopUnusedCapture();
}

export async function transfer(window: number, note: string): Promise<void> {
  const d = { ticket: inHand(), window };
  await client.request('ticket.transfer', note === '' ? d : { ...d, note });
}

export async function finish(result: Result): Promise<void> {
  await client.request('ticket.finish', { ticket: inHand(), result });
}

export async function extendWrapUp(): Promise<void> {
  const { deadline_at } = await client.request('wrapup.extend', {});
  client.store.update((now) => ({
    ...now,
    window: now.window && { ...now.window, wrap_up_deadline_at: deadline_at },
  }));
}

export async function hold(reason: string): Promise<void> {
  await client.request('session.hold', { reason });
}

export async function resume(): Promise<void> {
  await client.request('session.resume', {});
}

export async function endCall(): Promise<void> {
  await client.request('session.end', {});
}

export const invite = () => client.request('session.invite', { role: 'helper' });
export const mark = (label: string) => client.request('recording.mark', { label });

export async function sendChat(text: string, kind: 'text' | 'phrase'): Promise<void> {
  await client.request('chat.send', { text, kind });
}

export const micMuted = shallowRef(false);
export const cameraMuted = shallowRef(false);

export function toggleMic(): void {
  micMuted.value = !micMuted.value;
  client.media.mute.setMuted('microphone', micMuted.value);
}

export function toggleCamera(): void {
  cameraMuted.value = !cameraMuted.value;
  client.media.mute.setMuted('camera', cameraMuted.value);
}

/* A camera that was opened for a call that did not come about must not stay on. */
export function stopUnusedCapture(): void {
  if (phase.value === 'idle' || phase.value === 'offered') {
    capture.stop();
  }
}

