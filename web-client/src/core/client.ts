import { serverUrl } from './address';
import { codeOf } from './errors';
import { Capture } from './media/capture';
import { MediaLink } from './media/media-link';
import { PaperCamera } from './media/paper-camera';
import type { Answer, AnyEvent, Participant, RequestData, RequestName, Welcome } from './messages';
import type { SocketOptions } from './signal/link';
import { SignalSocket } from './signal/socket';
import { reduce, reduceWelcome, Store, withoutSession, withSession, withTicket } from './state';

export interface ClientOptions extends Omit<SocketOptions, 'url' | 'client'> {
  url?: string;
  name: string;
  lang: string;
  /* A fresh token, to be given to the next hello. */
  onToken?: (token: string) => void;
}

/* Tokens live for hours; a page that stays open all day must not be turned away at its next reconnection. */
const refreshEveryMs = 60 * 60 * 1000;

const version = '0.1.0';

type NetworkInformation = EventTarget & { type?: string };
const connectionOf = (): NetworkInformation | undefined =>
  (navigator as Navigator & { connection?: NetworkInformation }).connection;
const connectionKind = (): string => connectionOf()?.type ?? '';

const ownSocketUrl = (): string => serverUrl('ws').replace(/^http/, 'ws');

/*
 * The SDK's front: one link, one state, one media connection. It follows the session by itself: media starts with it, ends
 * with it, is mended after the network changed. A page subscribes to `store`, `socket`, `media` and sends requests.
 */
export class Client {
  readonly store = new Store();
  readonly socket: SignalSocket;
  readonly capture = new Capture();
  readonly media: MediaLink;
  readonly papers: PaperCamera;
  private live = false;
  private readonly stopListening: Array<() => void> = [];

  constructor(options: ClientOptions) {
    this.socket = new SignalSocket({
      ...options,
      url: options.url ?? ownSocketUrl(),
      client: { name: options.name, version, lang: options.lang },
    });
    this.media = new MediaLink(
      {
        offer: (d) => this.socket.request('media.offer', d),
        mute: (d) => this.tell('media.mute', d),
        interrupted: (d) => this.tell('media.interrupted', d),
        stats: (d) => this.socket.link === 'open' && this.tell('media.stats', d),
      },
      this.capture,
    );
    this.papers = new PaperCamera(this.media, this.capture);
    this.socket.on('welcome', (welcome) => this.welcomed(welcome));
    this.socket.on('event', (event) => this.heard(event));
    this.store.subscribe((state) => this.media.setSlots(state.slots));
    this.media.on('doubtful', () => this.socket.nudge());
    this.watchNetwork();
    this.keepTokenFresh(options.onToken);
  }

  connect(): void {
    this.socket.connect();
  }

  /* Sends a request and takes the ticket or session of its answer into the state. */
  async request<M extends RequestName>(m: M, d: RequestData[M]): Promise<Answer<M>> {
    const answer = await this.socket.request(m, d);
    this.learn(m, answer);
    return answer;
  }

  /* For what needs no answer and must not fail the page. */
  tell<M extends RequestName>(m: M, d: RequestData[M]): void {
    this.socket.request(m, d).catch((error: unknown) => {
      console.debug('shipinban', m, codeOf(error));
    });
  }

  /* Ends everything of this page. */
  close(): void {
    this.stopListening.forEach((stop) => stop());
    this.media.stop();
    this.capture.stop();
    this.socket.leave();
  }

  private welcomed(welcome: Welcome): void {
    const now = this.socket.clock.now();
    this.store.update((state) => reduceWelcome(state, welcome, now));
    this.followSession();
    if (this.media.status === 'idle') {
      return;
    }
    if (!welcome.resumed) {
      this.media.rebuild();
    }
    if (!welcome.resumed || welcome.revived) {
      /* a revived one asks for the new connection itself: media.restart */
      this.media.mute.reset(this.own()?.muted);
      this.media.interruptions.reset(this.own()?.interrupted ?? undefined);
    }
  }

  private heard(event: AnyEvent): void {
    const now = this.socket.clock.now();
    this.store.update((state) => reduce(state, event, now));
    switch (event.m) {
      case 'media.encodings':
        this.media.obey(event.d);
        break;
      case 'media.reoffer':
        this.media.reoffer();
        break;
      case 'media.restart':
        this.media.rebuild();
        break;
      default:
        this.followSession();
    }
  }

  private learn(m: RequestName, answer: object): void {
    const now = this.socket.clock.now();
    const { session, ticket } = answer as Partial<Answer<'ticket.accept'>>;
    if (ticket && m !== 'ticket.next' && this.store.state.me?.role === 'citizen') {
      this.store.update((state) => withTicket(state, ticket, now));
    }
    if (session) {
      this.store.update((state) => withSession(state, session));
      this.followSession();
    }
    if (m === 'monitor.stop') {
      this.store.update(withoutSession);
      this.followSession();
    }
    if (m === 'clerk.state') {
      const { window } = answer as Answer<'clerk.state'>;
      this.store.update((state) => ({ ...state, window }));
    }
    if (m === 'queue.subscribe') {
      const queue = answer as Answer<'queue.subscribe'>;
      this.store.update((state) => ({ ...state, queue }));
    }
  }

  /* Media lives as long as the session does; one that still gathers its people takes no offers. */
  private followSession(): void {
    const { session, limits, iceServers } = this.store.state;
    const live = session !== null && session.state !== 'ended' && session.state !== 'gathering';
    const ended = this.live && !live;
    this.live = live;
    this.socket.attempts.urgent = live;
    if (live && limits !== null && this.media.status === 'idle') {
      this.media.start({ iceServers, slots: limits.slots, muted: this.own()?.muted, interrupted: this.own()?.interrupted ?? undefined });
      this.media.setSlots(this.store.state.slots);
    } else if (ended) {
      this.media.stop();
      this.capture.stop();
    }
  }

  private own(): Participant | undefined {
    const session = this.store.state.session;
    return session?.participants.find((one) => one.id === session.me);
  }

  private keepTokenFresh(onToken: ClientOptions['onToken']): void {
    if (!onToken) {
      return;
    }
    const refresh = async (): Promise<void> => {
      if (this.socket.link === 'open') {
        onToken((await this.socket.request('token.refresh', {})).token);
      }
    };
    const timer = setInterval(() => {
      refresh().catch((error: unknown) => console.debug('shipinban', 'token.refresh', codeOf(error)));
    }, refreshEveryMs);
    this.stopListening.push(() => clearInterval(timer));
  }

  private watchNetwork(): void {
    const changed = (): void => {
      this.socket.networkChanged();
      this.media.networkChanged();
    };
    /* It also tells of each new guess at the speed. */
    let kind = connectionKind();
    const connectionChanged = (): void => {
      const before = kind;
      kind = connectionKind();
      if (kind !== before) {
        changed();
      }
    };
    const seen = (): void => {
      if (!document.hidden) {
        this.socket.nudge();
      }
    };
    const listen = (target: EventTarget, name: string, act: () => void): void => {
      target.addEventListener(name, act);
      this.stopListening.push(() => target.removeEventListener(name, act));
    };
    listen(window, 'online', changed);
    listen(window, 'pageshow', seen);
    listen(document, 'visibilitychange', seen);
    const connection = connectionOf();
    if (connection) {
      listen(connection, 'typechange', connectionChanged); /* older engines */
      listen(connection, 'change', connectionChanged);
    }
  }
}
