import { ref } from 'vue';

import type { Player } from './controller';
import type { Leg } from './timeline';

/* A <video> as the controller wants it; what is shown of it is kept in refs for the page. */
export class VideoPlayer implements Player {
  readonly leg = ref<Leg | null>(null);
  readonly broken = ref(false);

  constructor(
    private readonly element: HTMLVideoElement,
    private readonly base: string,
  ) {
    element.addEventListener('error', () => {
      this.broken.value = this.leg.value !== null;
    });
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

  show(leg: Leg | null): void {
    this.leg.value = leg;
    this.broken.value = false;
    if (leg === null) {
      this.element.removeAttribute('src');
    } else {
      this.element.src = this.base + encodeURI(leg.file);
    }
    this.element.load();
  }
}
