import mitt, { type Emitter } from 'mitt';

import type { ClientError } from '../errors';
import type { EventData, Interruption, MediaStats, RequestData, Slot } from '../messages';
import type { Capture } from './capture';
import { EncodingOrders } from './encodings';
import { Interruptions } from './interruptions';
import { MuteTeller, type Muted } from './mute';
import { Negotiator, type AskOffer, type OfferFailure } from './negotiator';
import { PathWatch } from './path-watch';
import { Peer, type SlotCounts } from './peer';
import { Quiet } from './quiet';
import { Recovery } from './recovery';
import { Stall } from './stall';
import { StatsReader } from './stats';
import { SlotStreams, type ParticipantStreams } from './streams';

const statsEveryMs = 2000;

export type MediaStatus = 'idle' | 'connecting' | 'connected' | 'recovering';

export interface MediaWire {
  offer: AskOffer;
  mute: (d: RequestData['media.mute']) => void;
  interrupted: (d: RequestData['media.interrupted']) => void;
  stats: (d: MediaStats) => void;
}

export interface MediaConfig {
  iceServers: RTCIceServer[];
  slots: SlotCounts;
  /* what the server holds of this page, after a reload */
  muted?: Muted;
  interrupted?: Interruption;
}

export type MediaLinkEvents = {
  change: void;
  failed: ClientError;
  /* what came steadily does not: the link to the server may be dead too */
  doubtful: void;
};

/*
 * The media of one session: a Peer that is mended or replaced as Recovery says, fed from the Capture, shown by the slots.
 * start() and stop() may be called in any order and again.
 */
export class MediaLink {
  private readonly emitter: Emitter<MediaLinkEvents> = mitt<MediaLinkEvents>();
  readonly on = this.emitter.on;
  readonly off = this.emitter.off;
  readonly mute: MuteTeller;
  readonly interruptions: Interruptions;
  readonly quiet = new Quiet();
  status: MediaStatus = 'idle';
  streams: ParticipantStreams[] = [];
  /* Why there is no media and no further attempt; null once a new connection is tried. */
  failure: ClientError | null = null;

  private peer: Peer | null = null;
  private config: MediaConfig | null = null;
  private slots: Slot[] = [];
  private readonly orders = new EncodingOrders((mid) => this.peer?.senderOfMid(mid) ?? null);
  private document: MediaStreamTrack | null = null;
  private slotStreams = new SlotStreams();
  private stats = new StatsReader();
  private readonly stall = new Stall();
  private statsTimer: ReturnType<typeof setInterval> | undefined;
  private readonly recovery: Recovery;
  private readonly watch: PathWatch;
  private readonly negotiator: Negotiator;

  constructor(
    private readonly wire: MediaWire,
    private readonly capture: Capture,
  ) {
    this.mute = new MuteTeller(capture, (d) => this.config && this.wire.mute(d));
    this.interruptions = new Interruptions(capture, wire.interrupted);
    this.negotiator = new Negotiator(wire.offer, (verdict, error) => this.offerFailed(verdict, error));
    this.recovery = new Recovery({
      restart: () => this.peer && void this.restart(this.peer),
      rebuild: () => this.build(),
    });
    this.watch = new PathWatch(() => this.peer, {
      heard: () => this.pathHeard(),
      doubtful: () => this.emitter.emit('doubtful'),
      silent: () => this.pathChanged(() => this.recovery.pathLost()),
      moved: (afterMs) => this.interruptions.moved(afterMs),
    });
    capture.on('change', () => this.captureChanged());
  }

  get connection(): RTCPeerConnection | null {
    return this.peer?.connection ?? null;
  }

  start(config: MediaConfig): void {
    if (this.config !== null) {
      return;
    }
    this.config = config;
    document.addEventListener('visibilitychange', this.pageTurned);
    this.mute.reset(config.muted);
    this.interruptions.start(config.interrupted);
    this.enter('connecting');
    this.build();
    this.statsTimer = setInterval(() => void this.readStats(), statsEveryMs);
    this.watch.start();
  }

  stop(): void {
    clearInterval(this.statsTimer);
    this.config = null;
    this.failure = null;
    document.removeEventListener('visibilitychange', this.pageTurned);
    this.recovery.stop();
    this.watch.stop();
    this.interruptions.stop();
    this.quiet.clear();
    this.negotiator.abandon();
    this.peer?.close();
    this.peer = null;
    this.slots = [];
    this.orders.clear();
    this.document = null;
    this.slotStreams = new SlotStreams();
    this.streams = [];
    this.enter('idle');
  }

  /* A new connection into the same session: the server asked for it, or forgot the old one. */
  rebuild(): void {
    if (this.config !== null) {
      this.build();
      if (this.status === 'connected') {
        this.enter('recovering');
      }
    }
  }

  /* The same connection offers again: the answer will say something else than the last. */
  reoffer(): void {
    if (this.peer !== null) {
      void this.negotiator.negotiate(this.peer, false);
    }
  }

  networkChanged(): void {
    if (this.config !== null) {
      this.recovery.networkChanged();
    }
  }

  setSlots(slots: Slot[]): void {
    if (this.slots !== slots) {
      this.slots = slots;
      this.arrange();
    }
  }

  obey(order: EventData<'media.encodings'>): void {
    this.orders.take(order);
  }

  /* A document camera or a shared screen; null takes it away. */
  async sendDocument(track: MediaStreamTrack | null): Promise<void> {
    this.document = track;
    if (this.config !== null) {
      this.wire.mute({ document: track === null });
    }
    await this.peer?.send('document', track);
  }

  private async restart(peer: Peer): Promise<void> {
    if ((await this.negotiator.negotiate(peer, true)) && peer === this.peer) {
      this.recovery.restarted();
    }
  }

  private build(): void {
    if (this.config === null) {
      return;
    }
    this.failure = null;
    this.negotiator.abandon();
    this.peer?.close();
    const peer = new Peer(this.config.iceServers, this.config.slots);
    this.peer = peer;
    this.stats = new StatsReader();
    this.recovery.begun();
    this.watch.begun();
    this.quiet.clear();
    const connection = peer.connection;
    connection.addEventListener('iceconnectionstatechange', () => {
      if (peer === this.peer) {
        this.pathChanged(() => this.recovery.iceState(connection.iceConnectionState));
      }
    });
    connection.addEventListener('connectionstatechange', () => {
      /* DTLS failures show here only */
      if (peer === this.peer && connection.connectionState === 'failed') {
        this.pathChanged(() => this.recovery.iceState('failed'));
      }
    });
    void this.feed(peer).then(() => this.offerFirst(peer));
  }

  private async offerFirst(peer: Peer): Promise<void> {
    if (peer !== this.peer) {
      return;
    }
    await this.negotiator.negotiate(peer, false);
    if (peer === this.peer) {
      this.orders.applyAll();
      this.arrange();
    }
  }

  private async feed(peer: Peer): Promise<void> {
    await Promise.all([
      peer.send('microphone', this.capture.track('microphone')),
      peer.send('camera', this.capture.track('camera')),
      peer.send('document', this.document),
    ]);
  }

  private readonly pageTurned = (): void => this.mute.pageTurned();

  private captureChanged(): void {
    this.mute.refresh();
    this.interruptions.look();
    if (this.peer !== null) {
      void this.feed(this.peer);
    }
    this.emitter.emit('change');
  }

  private pathHeard(): void {
    this.pathChanged(() => this.recovery.heard());
    if (this.quiet.read(this.slots, (mid) => this.peer?.arrivals(mid) ?? 0, Date.now())) {
      this.emitter.emit('change');
    }
  }

  private pathChanged(tell: () => void): void {
    tell();
    if (!this.recovery.recovering) {
      this.enter('connected');
    } else if (this.status === 'connected') {
      this.enter('recovering');
    }
  }

  private arrange(): void {
    this.streams = this.slotStreams.arrange(this.slots, (mid) => this.peer?.trackOfMid(mid) ?? null);
    this.emitter.emit('change');
  }

  private offerFailed(verdict: OfferFailure, error: ClientError): void {
    if (verdict === 'over') {
      this.stop();
    } else if (verdict === 'fatal') {
      this.recovery.stop();
      this.failure = error;
      this.emitter.emit('failed', error);
      this.emitter.emit('change');
    } else if (error.retryMs !== null) {
      this.recovery.postpone(error.retryMs);
    }
    /* else Recovery's clock is running and will build a new connection */
  }

  private async readStats(): Promise<void> {
    const peer = this.peer;
    if (peer === null || this.recovery.recovering) {
      return;
    }
    const stats = await peer.stats();
    if (peer !== this.peer) {
      return;
    }
    this.watch.learn(stats);
    if (peer.repeats.read(stats, Date.now())) {
      this.reoffer();
    }
    const reading = this.stats.read(stats, Date.now(), peer.cameraSent());
    this.wire.stats(reading.report);
    if (this.stall.read(reading.bytesIn, this.slots.some((slot) => slot.state === 'active'))) {
      this.recovery.mediaStalled();
      this.enter('recovering');
    }
  }

  private enter(status: MediaStatus): void {
    if (this.status !== status) {
      this.status = status;
      this.emitter.emit('change');
    }
  }
}
