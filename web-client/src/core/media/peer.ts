import { cameraLayers } from './layers';
import { offerOptions } from './quirks/offer-restart';
import { keepLayers } from './quirks/paused-layers';
import { voiceOnce, VoiceRepeats } from './voice-repeats';

export interface SlotCounts {
  audio: number;
  video: number;
}

export interface CameraSent {
  mid: string | null;
  trackId: string;
}

export type SendKind = 'microphone' | 'camera' | 'document';

/*
 * One RTCPeerConnection with the transceivers of the protocol, in its order: microphone, camera, document, then the receive
 * slots, audio before video. They are made once and never removed; who is sent and seen in them changes without offers.
 */
export class Peer {
  readonly connection: RTCPeerConnection;
  /* What it says holds from the next answer on. */
  readonly repeats = new VoiceRepeats();
  private readonly senders: Record<SendKind, RTCRtpTransceiver>;
  private readonly receivers: RTCRtpTransceiver[] = [];

  constructor(iceServers: RTCIceServer[], slots: SlotCounts) {
    this.connection = new RTCPeerConnection({
      iceServers,
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
    });
    const send = (kind: 'audio' | 'video', init: RTCRtpTransceiverInit = {}): RTCRtpTransceiver =>
      this.connection.addTransceiver(kind, { direction: 'sendonly', ...init });
    const receive = (kind: 'audio' | 'video', count: number): void => {
      for (let i = 0; i < count; i += 1) {
        this.receivers.push(this.connection.addTransceiver(kind, { direction: 'recvonly' }));
      }
    };
    this.senders = {
      microphone: send('audio'),
      camera: send('video', { sendEncodings: cameraLayers() }),
      document: send('video'),
    };
    receive('audio', slots.audio);
    receive('video', slots.video);
  }

  /* The local description is set; the caller sends the text. */
  async offer(restart: boolean): Promise<string> {
    const options = offerOptions(this.connection, restart);
    const offer = await this.connection.createOffer(options);
    await this.connection.setLocalDescription(offer);
    return this.connection.localDescription?.sdp ?? offer.sdp ?? '';
  }

  async answer(answer: string): Promise<void> {
    const sdp = this.repeats.once ? voiceOnce(answer) : answer;
    await keepLayers(this.senders.camera.sender, () =>
      this.connection.setRemoteDescription({ type: 'answer', sdp }),
    );
  }

  async send(kind: SendKind, track: MediaStreamTrack | null): Promise<void> {
    const sender = this.senders[kind].sender;
    if (sender.track !== track) {
      await sender.replaceTrack(track);
    }
  }

  sender(kind: SendKind): RTCRtpSender {
    return this.senders[kind].sender;
  }

  /* What names the camera in getStats(); null while nothing of it is sent. */
  cameraSent(): CameraSent | null {
    const { mid, sender } = this.senders.camera;
    const live = sender.track !== null && sender.track.readyState === 'live';
    return live ? { mid, trackId: sender.track.id } : null;
  }

  senderOfMid(mid: string): RTCRtpSender | null {
    const found = Object.values(this.senders).find((one) => one.mid === mid);
    return found?.sender ?? null;
  }

  trackOfMid(mid: string): MediaStreamTrack | null {
    return this.receivers.find((one) => one.mid === mid)?.receiver.track ?? null;
  }

  /* Changes whenever a packet of media arrives; asking costs nothing. Stays the same where an engine does not tell. */
  arrivals(mid?: string): number {
    let sum = 0;
    for (const { receiver, mid: own } of this.receivers) {
      if (mid !== undefined && own !== mid) {
        continue;
      }
      for (const source of receiver.getSynchronizationSources?.() ?? []) {
        sum += source.timestamp;
      }
    }
    return sum;
  }

  async stats(): Promise<RTCStats[]> {
    return [...(await this.connection.getStats()).values()];
  }

  close(): void {
    this.connection.close();
  }
}
