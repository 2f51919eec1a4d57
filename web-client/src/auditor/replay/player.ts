import { ref } from 'vue';

import type { Player } from './controller';
import type { Leg } from './timeline';

/* A <video> as the controller wants it; what is shown of it is kept in refs for the page. */
export class VideoPlayer implements Player {
  readonly leg = ref<Leg | null>(null);
  readonly broken = ref(false);
  /* the one attempt that is made without being asked for */
  private reloaded = false;

  constructor(
    private readonly element: HTMLVideoElement,
    private readonly base: string,
  ) {
    element.addEventListener('error', () => this.erred());
    element.addEventListener('loadeddata', () => {
      this.broken.value = false;
    });
  }

  get currentTime(): number {
    return this.element.currentTime;
  }

  set currentTime(seconds: number) {
    this.element.currentTime = seconds;
  }

  get playbackRate(): number {
    return this.element.playbackRate;
  }

  set playbackRate(rate: number) {
    if (this.element.playbackRate !== rate) {
      this.element.playbackRate = rate;
    }
  }

  get paused(): boolean {
    return this.element.paused;
  }

  get seeking(): boolean {
    return this.element.seeking;
  }

  get ended(): boolean {
    return this.element.ended;
  }

  get readyState(): number {
    return this.element.readyState;
  }

  get duration(): number {
    return this.element.duration;
  }

  get failed(): boolean {
    return this.broken.value;
  }

  play(): Promise<void> {
    return this.element.play();
  }

  pause(): void {
    this.element.pause();
  }

  /* Asked for by a person. The controller seeks to the clock as soon as there is something to seek in. */
  retry(): void {
    this.broken.value = false;
    this.element.load();
  }

  private erred(): void {
    if (this.leg.value === null) {
      return;
    }
    if (this.reloaded) {
      this.broken.value = true;
    } else {
      this.reloaded = true;
      this.element.load();
    }
  }

  show(leg: Leg | null): void {
    this.leg.value = leg;
    this.broken.value = false;
    this.reloaded = false;
    if (leg === null) {
      this.element.removeAttribute('src');
    } else {
      this.element.src = this.base + encodeURI(leg.file);
    }
    this.element.load();
  }
}
