/* A bad network on one page's leg: a relay (tests/harness/impair) between its PeerConnection and the server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { opened } from './leftovers.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const build = resolve(process.env.SHIPINBAN_BUILD ?? join(root, 'build'));

/** Up is from the page to the server. Settings are those of the relay: loss, delay_ms, rate_bps, black … */
export class Network {
  #relays = new Map();
  #settings = [];

  constructor(seed = 1) {
    this.seed = seed;
  }
  /** The relay's address in place of the server's `address` ("127.0.0.1:40000"); made when it is first asked for. */
  async through(address) {
    if (!this.#relays.has(address)) this.#relays.set(address, Relay.start(address, this.seed));
    const relay = await this.#relays.get(address);
    for (const line of this.#settings) await relay.do(line);
    return relay.address;
  }
  /** @param {'up'|'down'|'both'} direction */
  async set(direction, settings) {
    const line = `${direction} ${Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(' ')}`;
    this.#settings.push(line);
    await this.#each((relay) => relay.do(line));
  }
  /** Nothing passes for so long; returns when it is over. */
  async dark(ms) {
    await this.#each((relay) => relay.do(`dark ${ms}`));
  }
  async rebind() {
    await this.#each((relay) => relay.do('rebind'));
  }
  async forget() {
    await this.#each((relay) => relay.do('forget'));
  }
  /** Counters of the relay that carries the media: there is one for each candidate of the other side. */
  async stats() {
    const relays = await Promise.all(this.#relays.values());
    const all = await Promise.all(relays.map(async (relay) => JSON.parse(await relay.do('stats'))));
    return all.sort((a, b) => b.up.offered + b.down.offered - a.up.offered - a.down.offered)[0];
  }
  async stop() {
    await this.#each((relay) => relay.stop());
  }
  async #each(act) {
    await Promise.all([...this.#relays.values()].map(async (relay) => act(await relay)));
  }
}

class Relay {
  #child;
  #answers;

  static async start(to, seed) {
    const relay = opened(new Relay());
    relay.#child = spawn(join(build, 'tests/harness/impair'), ['--to', to, '--seed', String(seed)], { stdio: ['pipe', 'pipe', 'inherit'] });
    relay.#answers = createInterface({ input: relay.#child.stdout })[Symbol.asyncIterator]();
    relay.address = (await relay.#answer()).replace(/^listening /, '');
    return relay;
  }
  async #answer() {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the relay ended');
    return value;
  }
  /* Lines are answered in their order; one at a time keeps question and answer together. */
  #last = Promise.resolve();
  do(line) {
    this.#last = this.#last.then(async () => {
      this.#child.stdin.write(`${line}\n`);
      const answer = await this.#answer();
      if (!answer.startsWith('ok')) throw new Error(`the relay does not take "${line}": ${answer}`);
      return answer.slice(3);
    });
    return this.#last;
  }
  async stop() {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin.end();
    await gone;
  }
}
