import type { Interruption, RequestData } from '../messages';
import type { Capture } from './capture';
import { soundIsTaken, watchSound } from './quirks/audio-session';

type Told = RequestData['media.interrupted'];
type State = Record<'phone_call' | 'background', boolean>;

const nothing = (): State => ({ phone_call: false, background: false });

/*
 * Tells the server what keeps this page from the call: another call has the microphone, the page is not seen, the device went
 * to another network. A microphone that is taken while the page is not seen is the background's doing, unless the system
 * itself speaks of a call.
 */
export class Interruptions {
  private told = nothing();
  private running = false;
  private unwatchSound: () => void = () => undefined;

  constructor(
    private readonly capture: Capture,
    private readonly tell: (d: Told) => void,
  ) {}

  /* `known` is what the server holds of this page: what a page before a reload had told. */
  start(known?: Interruption): void {
    this.running = true;
    document.addEventListener('visibilitychange', this.look);
    document.addEventListener('freeze', this.gone);
    document.addEventListener('resume', this.look);
    window.addEventListener('pagehide', this.gone);
    window.addEventListener('pageshow', this.look);
    this.unwatchSound = watchSound(this.soundChanged);
    this.reset(known);
  }

  stop(): void {
    this.running = false;
    document.removeEventListener('visibilitychange', this.look);
    document.removeEventListener('freeze', this.gone);
    document.removeEventListener('resume', this.look);
    window.removeEventListener('pagehide', this.gone);
    window.removeEventListener('pageshow', this.look);
    this.unwatchSound();
    this.told = nothing();
  }

  reset(known?: Interruption): void {
    this.told = { phone_call: known?.cause === 'phone_call', background: known?.cause === 'background' };
    this.look();
  }

  /* Media goes on from another network, after so long without. */
  moved(afterMs: number): void {
    if (this.running) {
      this.tell({ cause: 'network_change', active: true, ago_ms: Math.round(afterMs) });
      this.tell({ cause: 'network_change', active: false });
    }
  }

  readonly look = (): void => {
    if (this.running) {
      const taken = this.capture.isTaken('microphone');
      this.set('background', document.hidden);
      this.set('phone_call', soundIsTaken() || (taken && !document.hidden));
    }
  };

  private readonly gone = (): void => this.set('background', true);

  /* After a call the tracks may stay silent though they say that they live. */
  private readonly soundChanged = (): void => {
    this.look();
    if (!soundIsTaken() && this.running) {
      void this.capture.takeBack();
    }
  };

  private set(cause: keyof State, active: boolean): void {
    if (this.told[cause] !== active) {
      this.told[cause] = active;
      this.tell({ cause, active });
    }
  }
}
