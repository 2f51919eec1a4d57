/* A phone that has two networks: a namespace of its own inside the suite's, with a veth pair each for Wi-Fi and 5G, and a
 * Chromium in it. Only inside of namespace(). */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opened } from './leftovers.js';

/* The phone prefers Wi-Fi as phones do: by the metric of its route. */
const ways = {
  wifi: { device: 'wlan0', outside: 'wifi0', net: '10.77.1', metric: 100 },
  mobile: { device: 'rmnet0', outside: 'mobile0', net: '10.77.2', metric: 200 },
};

export class Phone {
  static async start() {
    const phone = opened(new Phone());
    /* cat ends with its pipe, and the namespace with it */
    phone.holder = spawn('unshare', ['--net', 'sh', '-c', 'echo here; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(phone.holder.stdout, 'data');
    phone.folder = await mkdtemp(join(tmpdir(), 'shipinban-phone-'));
    phone.browser = join(phone.folder, 'chromium');
    await writeFile(phone.browser, `#!/bin/sh\nexec nsenter --target ${phone.holder.pid} --net ${process.env.CHROMIUM ?? '/usr/bin/chromium'} "$@"\n`);
    await chmod(phone.browser, 0o755);
    phone.#inside('link set lo up');
    for (const { device, outside, net } of Object.values(ways)) {
      outer(`link add ${outside} type veth peer name ${device} netns ${phone.holder.pid}`);
      outer(`address add ${net}.1/24 dev ${outside}`);
      outer(`link set ${outside} addrgenmode none up`);
      phone.#inside(`link set ${device} addrgenmode none`);
    }
    return phone;
  }
  /** The network is there: link, address, route. Returns when. */
  up(name) {
    const { device, net, metric } = ways[name];
    this.#inside(`link set ${device} up`);
    this.#inside(`address replace ${net}.2/24 dev ${device}`);
    this.#inside(`route replace default via ${net}.1 dev ${device} metric ${metric}`);
    return Date.now();
  }
  /** Out of reach: the phone's system takes address and routes away. */
  down(name) {
    this.loseAddress(name);
    this.#inside(`link set ${ways[name].device} down`);
    return Date.now();
  }
  /** The address goes, as when a lease ends; the link stays up. */
  loseAddress(name) {
    this.#inside(`address flush dev ${ways[name].device}`);
    return Date.now();
  }
  /** Nothing passes any more, and the phone does not know. */
  fade(name) {
    outer(`link set ${ways[name].outside} down`);
    return Date.now();
  }
  #inside(line) {
    execFileSync('nsenter', ['--target', String(this.holder.pid), '--net', 'ip', ...line.split(' ')]);
  }
  async stop() {
    if (this.holder.exitCode === null) {
      const gone = once(this.holder, 'exit');
      this.holder.stdin.end();
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function outer(line) {
  execFileSync('ip', line.split(' '));
}
