import { computed, ref, shallowRef } from 'vue';

import {
  Client,
  codeOf,
  installDebugHandle,
  sessionDrawer,
  type ClientState,
  type Key,
  type LinkState,
  type MonitorMode,
  type Monitored,
  type ParticipantStreams,
} from '@/core';
import { language } from '@/i18n/supervisor';
import { AccountDrawer, type Account } from '@/staff/account';

/* The one client of the page, the list of calls, and the call that is listened to. */

const listEveryMs = 3000;

const drawer = sessionDrawer('shipinban.supervisor.');
const accounts = new AccountDrawer(drawer);

export const client = new Client({
  name: 'supervisor',
  lang: language.value,
  drawer,
  token: () => accounts.read()?.token ?? null,
  onToken: (token) => {
    const now = accounts.read();
    if (now !== null) {
      accounts.write({ ...now, token });
    }
  },
});
installDebugHandle(client);

export const account = shallowRef<Account | null>(accounts.read());
export const state = shallowRef<ClientState>(client.store.state);
export const link = shallowRef<LinkState>('idle');
export const streams = shallowRef<ParticipantStreams[]>([]);
/* why the person sees the login form again */
export const loginNotice = shallowRef<string | null>(null);
/* null: not read yet */
export const calls = shallowRef<Monitored[] | null>(null);
export const total = ref(0);
export const offset = ref(0);
export const listProblem = shallowRef<string | null>(null);

export const serverNow = (): number => client.socket.clock.now();

export const session = computed(() => {
  const now = state.value.session;
  return now !== null && now.state !== 'ended' ? now : null;
});
export const mode = computed<MonitorMode>(
  () => session.value?.participants.find((one) => one.id === session.value?.me)?.monitor ?? 'listen',
);

client.store.subscribe((next) => (state.value = next));
client.media.on('change', () => (streams.value = [...client.media.streams]));
client.socket.on('link', (next) => {
  link.value = next;
  if (next === 'refused') {
    signOut('auth.expired');
  }
});
client.socket.on('welcome', () => void readCalls());

/* The list is read while it is looked at; nothing is asked by a page that listens or sleeps. */
export async function readCalls(): Promise<void> {
  if (link.value !== 'open' || session.value !== null || document.hidden) {
    return;
  }
  try {
    const answer = await client.request('monitor.list', { offset: offset.value });
    calls.value = answer.sessions;
    total.value = answer.total;
    listProblem.value = null;
    if (answer.sessions.length === 0 && offset.value > 0) {
      offset.value = 0;
    }
  } catch (error) {
    listProblem.value = codeOf(error);
  }
}

export function turnPage(to: number): void {
  offset.value = to;
  void readCalls();
}

export async function listen(to: Key): Promise<void> {
  await client.request('monitor.listen', { session: to });
}

/* Only what the mode needs is opened; false: there is no microphone, and nothing was changed. */
export async function change(to: MonitorMode): Promise<boolean> {
  if (to === 'listen') {
    const id = session.value?.id;
    if (id !== undefined) {
      await client.request('monitor.listen', { session: id });
    }
    client.capture.stop();
    return true;
  }
  await client.capture.open(to === 'whisper' ? ['microphone'] : ['microphone', 'camera']);
  if (client.capture.track('microphone') === null) {
    client.capture.stop();
    return false;
  }
  await client.request(to === 'whisper' ? 'monitor.whisper' : 'monitor.barge', {});
  return true;
}

export async function stop(): Promise<void> {
  await client.request('monitor.stop', {});
  await readCalls();
}

export function start(): void {
  setInterval(() => void readCalls(), listEveryMs);
  document.addEventListener('visibilitychange', () => void readCalls());
  if (account.value !== null) {
    client.connect();
  }
}

export function signedIn(next: Account): void {
  client.socket.forget();
  accounts.write(next);
  account.value = next;
  loginNotice.value = null;
  client.connect();
}

/* `why` is an error's code, said above the login form; null: the person wanted to. */
export function signOut(why: string | null): void {
  if (session.value !== null && link.value === 'open') {
    client.tell('monitor.stop', {});
  }
  client.media.stop();
  client.capture.stop();
  client.socket.leave();
  accounts.clear();
  account.value = null;
  calls.value = null;
  loginNotice.value = why;
  client.store.update((now) => ({ ...now, session: null, ended: null }));
}
