import * as v from 'valibot';

import { serverUrl } from '@/core/address';

export const wayNames = ['udp', 'tcp', 'relay_udp', 'relay_tcp', 'relay_tls'] as const;
export type WayName = (typeof wayNames)[number];
export type Outcome = 'ok' | 'failed' | 'untried';
export interface Loop {
  rtt_ms: number;
  loss_permille: number;
  up_kbps: number;
  down_kbps: number;
}

const connectMs = 8000;
const readings = 4;
const Begun = v.object({ diag: v.string(), sdp: v.string(), ice_servers: v.array(v.looseObject({ urls: v.array(v.string()) })) });
type IceServer = v.InferOutput<typeof Begun>['ice_servers'][number];

async function post<S extends v.GenericSchema>(path: string, body: object, schema: S): Promise<v.InferOutput<S>> {
  const response = await fetch(serverUrl(`api/v1/${path}`), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Error(`status ${response.status}`);
  }
  return v.parse(schema, await response.json());
}

/* An answer in which one protocol's candidates alone are left. */
export function onlyBy(sdp: string, protocol: 'udp' | 'tcp'): string {
  const other = protocol === 'udp' ? / tcp /i : / udp /i;
  return sdp
    .split('\r\n')
    .filter((line) => !(line.startsWith('a=candidate:') && other.test(line)))
    .join('\r\n');
}

/* By which way a relay's address is reached. */
export function wayOf(url: string): WayName {
  if (url.startsWith('turns:')) {
    return 'relay_tls';
  }
  return /transport=tcp/i.test(url) ? 'relay_tcp' : 'relay_udp';
}

function connected(pc: RTCPeerConnection): Promise<boolean> {
  return new Promise((done) => {
    const bound = setTimeout(() => done(false), connectMs);
    pc.addEventListener('connectionstatechange', () => {
      if (pc.connectionState === 'connected' || pc.connectionState === 'failed') {
        clearTimeout(bound);
        done(pc.connectionState === 'connected');
      }
    });
  });
}

/* The figures of a few seconds of its own media. */
function measure(pc: RTCPeerConnection): Promise<Loop> {
  return new Promise((done) => {
    let first: { up: number; down: number; at: number } | null = null;
    let left = readings;
    const timer = setInterval(async () => {
      const figures = { up: 0, down: 0, got: 0, lost: 0, rtt: 0 };
      (await pc.getStats()).forEach((one: Record<string, unknown>) => {
        const num = (name: string): number => Number(one[name]) || 0;
        if (one.type === 'outbound-rtp') {
          figures.up += num('bytesSent');
        } else if (one.type === 'inbound-rtp') {
          figures.down += num('bytesReceived');
          figures.got += num('packetsReceived');
          figures.lost += Math.max(0, num('packetsLost'));
        } else if (one.type === 'candidate-pair' && one.nominated) {
          figures.rtt = num('currentRoundTripTime') || figures.rtt;
        }
      });
      const at = performance.now();
      first ??= { up: figures.up, down: figures.down, at };
      left -= 1;
      if (left > 0) {
        return;
      }
      clearInterval(timer);
      const rate = (now: number, before: number): number => Math.round(((now - before) * 8) / Math.max(1, at - first!.at));
      done({
        rtt_ms: Math.round(figures.rtt * 1000),
        loss_permille: Math.round((figures.lost * 1000) / Math.max(1, figures.got + figures.lost)),
        up_kbps: rate(figures.up, first.up),
        down_kbps: rate(figures.down, first.down),
      });
    }, 1000);
  });
}

/* One check: ways one after another, the figures of the first that works. */
export class Check {
  loop: Loop | null = null;
  private id: string | null = null;
  private relays: IceServer[] = [];

  constructor(private readonly media: MediaStream | null) {}

  async direct(protocol: 'udp' | 'tcp'): Promise<Outcome> {
    return this.run({}, (sdp) => onlyBy(sdp, protocol));
  }

  async relay(way: WayName): Promise<Outcome> {
    const servers = this.relays
      .map((one) => ({ ...one, urls: one.urls.filter((url) => wayOf(url) === way) }))
      .filter((one) => one.urls.length > 0);
    return servers.length === 0
      ? 'untried'
      : this.run({ iceServers: servers as RTCIceServer[], iceTransportPolicy: 'relay' }, (sdp) => sdp);
  }

  async report(found: object): Promise<string> {
    const loop = this.loop === null ? {} : { loop: this.loop };
    return (await post(`diag/${this.id ?? ''}`, { ...found, ...loop }, v.object({ code: v.string() }))).code;
  }

  private async run(config: RTCConfiguration, change: (sdp: string) => string): Promise<Outcome> {
    const pc = new RTCPeerConnection({ ...config, bundlePolicy: 'max-bundle' });
    try {
      for (const kind of ['audio', 'video'] as const) {
        const track = this.media?.getTracks().find((one) => one.kind === kind);
        pc.addTransceiver(track ?? kind, { direction: 'sendrecv' });
      }
      await pc.setLocalDescription(await pc.createOffer());
      const begun = await post('diag', { sdp: pc.localDescription?.sdp, ...(this.id ? { diag: this.id } : {}) }, Begun);
      this.id = begun.diag;
      this.relays = begun.ice_servers;
      const sdp = change(begun.sdp);
      if (!sdp.includes('a=candidate:')) {
        return 'untried'; /* the server does not offer this way */
      }
      const done = connected(pc);
      await pc.setRemoteDescription({ type: 'answer', sdp });
      if (!(await done)) {
        return 'failed';
      }
      this.loop ??= await measure(pc);
      return 'ok';
    } finally {
      pc.close();
    }
  }
}

export function socketReached(): Promise<Outcome> {
  return new Promise((done) => {
    const url = new URL(serverUrl('ws'));
    url.protocol = 'wss:';
    const socket = new WebSocket(url.href, 'shipinban.v1');
    const end = (outcome: Outcome): void => {
      clearTimeout(bound);
      done(outcome);
      socket.close();
    };
    const bound = setTimeout(() => end('failed'), connectMs);
    socket.onopen = () => end('ok');
    socket.onerror = () => end('failed');
  });
}
