import { computed, ref, shallowRef } from 'vue';

import {
  Client,
  type ClientError,
  codeOf,
  http,
  installDebugHandle,
  sessionDrawer,
  type ClientState,
  type Key,
  type LinkState,
  type MediaStatus,
  type ParticipantStreams,
} from '@/core';
import { language } from '@/i18n/clerk';
import { AccountDrawer, type Account } from '@/staff/account';
import { ChatLog } from './chat-log';
import { isLive, phaseOf, ticketInHand } from './phase';

/* The one client of the console and what the page draws of it. */

const refreshEveryMs = 3_600_000;

export const drawer = sessionDrawer('shipinban.clerk.');
const accounts = new AccountDrawer(drawer);
const chatLog = new ChatLog(drawer);

export const client = new Client({
  name: 'clerk',
  lang: language.value,
  drawer,
  token: () => accounts.read()?.token ?? null,
});
installDebugHandle(client);

export const account = shallowRef<Account | null>(accounts.read());
export const state = shallowRef<ClientState>(client.store.state);
export const link = shallowRef<LinkState>('idle');
/* a welcome has come since the page was opened: there is something to draw */
export const welcomed = ref(false);
/* the code that hello was refused with, while the link goes on trying */
export const refusal = shallowRef<string | null>(null);
/* https goes through and WebSocket does not */
export const blocked = ref(false);
/* what took the call away: it ran when the link broke and is gone now that it is back, or the server was restarted */
export const callLost = ref<'link' | 'restart' | null>(null);
/* said above the login form */
export const loginNotice = shallowRef<string | null>(null);
export const mediaStatus = shallowRef<MediaStatus>('idle');
export const mediaError = shallowRef<ClientError | null>(null);
export const streams = shallowRef<ParticipantStreams[]>([]);
/* Of whom nothing arrives just now, since then on this device's clock. */
export const quiet = shallowRef<ReadonlyMap<Key, number>>(new Map());
/* bumped when a local track or its error changes */
export const captureTurn = ref(0);

export const capture = client.capture;
export const serverNow = (): number => client.socket.clock.now();
export const phase = computed(() => phaseOf(state.value));
export const ticket = computed(() => ticketInHand(state.value));
/* A clerk who came by a claim code sits at no window: one session, no queue. */
export const hasWindow = computed(() => account.value?.window !== null);

client.store.subscribe((next) => {
  state.value = chatLog.keep(next);
});
let liveWhenLost = false;

/* How the one call of a claim code ended; kept, so that a reload does not ask for a password instead. */
export const claimOver = shallowRef(drawer.get('claim_over'));

function endClaim(reason: string): void {
  claimOver.value ??= reason;
  drawer.set('claim_over', claimOver.value);
  capture.stop();
}

client.socket.on('link', (next) => {
  if (link.value === 'open') {
    liveWhenLost = isLive(phase.value);
  }
  link.value = next;
  if (next === 'refused' && !hasWindow.value) {
    endClaim('closed');
  } else if (next === 'refused') {
    signOut('auth.expired');
  }
});
client.socket.on('blocked', (now) => {
  blocked.value = now;
});
client.socket.on('refusal', (code) => {
  refusal.value = code;
});
client.socket.on('welcome', () => {
  welcomed.value = true;
  refusal.value = null;
  if (liveWhenLost && (phase.value === 'idle' || phase.value === 'offered')) {
    callLost.value = 'link';
  }
  liveWhenLost = false;
  if (hasWindow.value) {
    subscribe();
  } else if (state.value.session === null) {
    endClaim(state.value.ended?.reason ?? 'closed');
  }
  if (isLive(phase.value)) {
    void capture.open();
  }
});
client.socket.on('event', (event) => {
  if (event.m === 'session.state' && event.d.state === 'ended' && !hasWindow.value) {
    endClaim(event.d.reason ?? 'closed');
  }
  if (event.m === 'session.state' && event.d.reason === 'server_restart') {
    callLost.value = 'restart';
  }
  if (event.m === 'session.started') {
    callLost.value = null;
    mediaError.value = null;
    void capture.open();
  }
});
client.media.on('change', () => {
  mediaStatus.value = client.media.status;
  streams.value = [...client.media.streams];
  quiet.value = client.media.quiet.people;
  captureTurn.value += 1;
});
client.media.on('failed', (error) => {
  mediaError.value = error;
});

/* The list itself is the answer; a link that breaks meanwhile brings another welcome. */
function subscribe(): void {
  client.request('queue.subscribe', {}).catch((error: unknown) => {
    console.debug('shipinban', 'queue.subscribe', codeOf(error));
  });
}

function keepTokenFresh(): void {
  setInterval(() => {
    const now = accounts.read();
    if (now !== null && link.value === 'open') {
      client
        .request('token.refresh', {})
        .then(({ token }) => accounts.write({ ...now, token }))
        .catch(() => undefined); /* the old one is good for hours: the next turn tries again */
    }
  }, refreshEveryMs);
}

/* On opening the page: a claim code in the address, or whoever is signed in at this tab. */
export async function start(): Promise<void> {
  keepTokenFresh();
  const claim = /^#claim=(.+)$/.exec(location.hash)?.[1];
  if (claim !== undefined) {
    history.replaceState(null, '', location.pathname);
    await enterByClaim(decodeURIComponent(claim));
  }
  if (account.value !== null && claimOver.value === null) {
    client.connect();
  }
}

/* From the end of a claim's call to signing in at a window. */
export function toLogin(): void {
  forgetClaim();
  signOut(null);
}

function forgetClaim(): void {
  claimOver.value = null;
  drawer.remove('claim_over');
}

async function enterByClaim(code: string): Promise<void> {
  try {
    const answer = await http.claim(code);
    client.socket.forget();
    accounts.clear();
    enter({ token: answer.token, staffNo: '', window: null });
  } catch (error) {
    loginNotice.value = codeOf(error);
  }
}

function enter(next: Account): void {
  forgetClaim();
  accounts.write(next);
  account.value = next;
  loginNotice.value = null;
}

export function signedIn(next: Account): void {
  client.socket.forget();
  enter(next);
  client.connect();
}

/* `why` is an error's code, said above the login form; null: the clerk wanted to. */
export function signOut(why: string | null): void {
  client.media.stop();
  capture.stop();
  client.socket.leave();
  accounts.clear();
  account.value = null;
  welcomed.value = false;
  refusal.value = null;
  loginNotice.value = why;
  client.store.update((now) => ({ ...now, session: null, window: null, queue: null, offered: null, ended: null }));
}

/* Takes the window back from the page that took it over. */
export function continueHere(): void {
  client.connect();
}
