import { computed, shallowRef, watch } from 'vue';

import {
  Client,
  ClientError,
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
import { language } from '@/i18n';
import { wordOf } from '@/i18n/words';
import { elder } from '@/ui/elder';

import { unlockSound } from './alerts';
import { catalogue, loadCatalogue, noticeShown } from './catalogue';
import { loadDone, nextDone, saveDone } from './done';
import { place, replacePlace } from './navigation';
import { screenOf } from './screen';

/* How long entering waits for the permission prompt before the window is told that the citizen is there. */
const promptMs = 6000;

const drawer = sessionDrawer('shipinban.citizen.');
const client = new Client({
  name: 'citizen',
  lang: language.value,
  drawer,
  token: () => drawer.get('token'),
  onToken: (token) => drawer.set('token', token),
});
installDebugHandle(client);

export const state = shallowRef<ClientState>(client.store.state);
export const link = shallowRef<LinkState>('idle');
/* https goes through and WebSocket does not */
export const blocked = shallowRef(false);
export const mediaStatus = shallowRef<MediaStatus>('idle');
/* why the call has no media and no further attempt is made */
export const mediaProblem = shallowRef<ClientError | null>(null);
export const streams = shallowRef<ParticipantStreams[]>([]);
/* Of whom nothing arrives just now, since then on this device's clock. */
export const quiet = shallowRef<ReadonlyMap<Key, number>>(new Map());
export const done = shallowRef(loadDone(drawer));
/* bumped when a local track or its error changes */
export const captureTurn = shallowRef(0);
export const muted = shallowRef(false);
const resuming = shallowRef(false);
/* a claim code was just used: the welcome must bring its session, or that is over */
let claimed = false;
const dismissed = shallowRef(drawer.get('dismissed'));

export const capture = client.capture;
export const papers = client.papers;
export const serverNow = (): number => client.socket.clock.now();

export const screen = computed(() =>
  screenOf({
    state: state.value,
    link: link.value,
    resuming: resuming.value,
    done: done.value,
    dismissed: dismissed.value,
    place: place.value,
  }),
);

/* Camera and microphone are on in the call and on the way into it, and nowhere else but in the check, which has a button. */
watch(screen, (now) => {
  if (!['called', 'call', 'claim', 'resuming'].includes(now)) {
    capture.stop();
    setMuted(false);
  }
});

client.store.subscribe((next) => {
  done.value = nextDone(done.value, next, dismissed.value);
  saveDone(drawer, done.value);
  state.value = next;
});
client.socket.on('link', (next) => {
  link.value = next;
  if (next === 'refused') {
    tokenRefused();
  }
});
client.socket.on('blocked', (now) => {
  blocked.value = now;
});
client.socket.on('welcome', () => {
  resuming.value = false;
  if (claimed && client.store.state.session === null) {
    done.value = { matter: '', number: null, reason: 'closed', result: null, pending: false };
  }
  claimed = false;
  resumeCapture();
});
client.media.on('change', () => {
  mediaStatus.value = client.media.status;
  mediaProblem.value = client.media.failure;
  streams.value = [...client.media.streams];
  quiet.value = client.media.quiet.people;
  captureTurn.value += 1;
});

/* A reload in the middle: the tab's own `sid` is taken up again. */
export function start(): void {
  if (drawer.get('token') !== null && client.socket.resumable) {
    resuming.value = true;
    client.connect();
  }
  void loadCatalogue();
}

async function connectAsGuest(): Promise<void> {
  if (drawer.get('token') === null) {
    drawer.set('token', (await http.guest()).token);
  }
  client.connect();
}

export async function takeNumber(matter: string): Promise<void> {
  unlockSound();
  const notice = catalogue.value?.notice;
  if (!notice) {
    throw new ClientError('http.network');
  }
  await connectAsGuest();
  clearDone();
  try {
    await client.request('ticket.create', {
      matter,
      notice_sha256: noticeShown(notice).sha256,
      elder: elder.value,
    });
  } catch (error) {
    if (codeOf(error) === 'notice.outdated') {
      await loadCatalogue();
    }
    throw error;
  }
  replacePlace({ name: 'home' });
}

export async function claimSession(code: string): Promise<void> {
  unlockSound();
  const answer = await http.claim(code);
  client.socket.forget();
  drawer.set('token', answer.token);
  clearDone();
  client.store.update((now) => ({ ...now, ticket: null, session: null, ended: null }));
  claimed = true;
  resuming.value = true;
  replacePlace({ name: 'home' });
  const opened = capture.open();
  client.connect();
  await opened;
}

/* 我在: the place in the queue is confirmed. */
export async function confirmReady(): Promise<void> {
  unlockSound();
  await client.request('ticket.accept', {});
  client.store.update((now) => ({ ...now, confirmed: true }));
}

/*
 * 进入: the tap also unlocks sound and opens the devices. Those may hang in a permission prompt, so the window is told after
 * a bound at the latest; what opens later is sent without a new offer.
 */
export async function enterCall(): Promise<void> {
  unlockSound();
  let bound: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((resolve) => {
    bound = setTimeout(resolve, promptMs);
  });
  await Promise.race([capture.open(), limit]);
  clearTimeout(bound);
  await client.request('ticket.accept', {});
}

export const cancelTicket = async (): Promise<void> => {
  await client.request('ticket.cancel', {});
  dismiss();
};
export const requeueTicket = async (): Promise<void> => {
  await client.request('ticket.requeue', {});
};
export const retryMedia = (): void => client.media.rebuild();
export const hangUp = async (): Promise<void> => {
  const { me, session } = client.store.state;
  await client.request('session.end', {});
  if (me?.role === 'helper') {
    leaveAsHelper(wordOf(session?.matter, 'name'));
  }
};

/* The call goes on without this page: nobody tells it of an end, so it goes by itself. */
function leaveAsHelper(matter: string): void {
  client.media.stop();
  capture.stop();
  client.socket.leave();
  drawer.remove('token');
  done.value = { matter, number: null, reason: 'hangup_helper', result: null, pending: false };
  saveDone(drawer, done.value);
  client.store.update((now) => ({ ...now, session: null, ended: null, hold: null }));
}
export const sendCannotHear = async (text: string): Promise<void> => {
  await client.request('chat.send', { text, kind: 'cannot_hear' });
};
export function setMuted(next: boolean): void {
  client.media.mute.setMuted('microphone', next);
  muted.value = next;
  drawer.set('muted', next ? '1' : '0');
}

/* The page is put away: back to the beginning, the number or call is over. */
export function dismiss(): void {
  const ticket = client.store.state.ticket;
  if (ticket !== null) {
    dismissed.value = String(ticket.id);
    drawer.set('dismissed', dismissed.value);
  }
  client.store.update((now) => ({ ...now, ticket: null, session: null, ended: null, expired: null }));
  clearDone();
  replacePlace({ name: 'home' });
}

/* Takes the number back from the page that took it over. */
export function continueHere(): void {
  client.connect();
}

function clearDone(): void {
  done.value = null;
  saveDone(drawer, null);
}

/* The token is no longer good: the number it stood for is gone, the page begins anew. */
function tokenRefused(): void {
  drawer.remove('token');
  resuming.value = false;
  client.store.update((now) => ({ ...now, ticket: null, session: null, ended: null }));
}

/* After a reload inside a call the permission is already given: no tap is needed. Who was muted stays so. */
function resumeCapture(): void {
  const session = client.store.state.session;
  if (session !== null && session.state !== 'ended') {
    setMuted(drawer.get('muted') === '1');
    void capture.open();
  }
}
