/* Asks in plain https what became of our WebSockets; true: something on the way does not let them through. */
export type Probe = (socketUrl: string) => Promise<boolean>;

const attemptsBefore = 3;

/*
 * 426: the server got our request without its Upgrade, so a proxy took it away. 429 and 5xx: the server, or a proxy before
 * it, has a trouble of its own. Anything else did not come from our server: if that answers elsewhere, the way is filtered.
 */
export const probeSocket: Probe = async (socketUrl) => {
  const url = socketUrl.replace(/^ws/, 'http');
  const init: RequestInit = { cache: 'no-store', credentials: 'omit' };
  const { status } = await fetch(url, init);
  if (status === 426) {
    return true;
  }
  if (status === 429 || status >= 500) {
    return false;
  }
  return (await fetch(new URL('api/v1/matters', url), init)).ok;
};

/* Counts the sockets that brought no welcome, and finds out why after a few. */
export class Blockage {
  private failures = 0;
  private found = false;

  constructor(
    private readonly probe: Probe,
    private readonly changed: (blocked: boolean) => void,
  ) {}

  get blocked(): boolean {
    return this.found;
  }

  failed(socketUrl: string): void {
    this.failures += 1;
    if (this.failures >= attemptsBefore) {
      const turn = this.failures;
      this.probe(socketUrl)
        .then((blocked) => turn === this.failures && this.set(blocked))
        .catch(() => undefined); /* nothing is reached at all: that is no blockage */
    }
  }

  welcomed(): void {
    this.failures = 0;
    this.set(false);
  }

  private set(blocked: boolean): void {
    if (this.found !== blocked) {
      this.found = blocked;
      this.changed(blocked);
    }
  }
}
