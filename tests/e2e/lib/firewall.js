/* A firewall between pages and servers, in the kernel: inside a namespace of our own (namespace.js), where its rules end
 * with it. What it refuses is lost without a word, as by most of those in offices. */
import { execFileSync, spawnSync } from 'node:child_process';

const nft = process.env.NFT ?? '/usr/sbin/nft';

/** Why no rules can be made in this namespace; nothing when they can. */
export function noFirewall() {
  const tried = spawnSync(nft, ['add', 'table', 'inet', 'trial'], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `nftables does not work here: ${(tried.error?.message ?? tried.stderr).trim().split('\n')[0]}`;
}

/** No UDP passes, but for what the relay sends on to the server and gets back: its ports are [first, last]. */
export function blockUdp(relayPorts) {
  const exception = `{ ${relayPorts.join('-')} }`;
  const rules = `table inet firewall {
    chain in {
      type filter hook input priority 0; policy accept;
      udp sport ${exception} accept
      udp dport ${exception} accept
      meta l4proto udp counter drop
    }
  }`;
  execFileSync(nft, ['-f', '-'], { input: rules });
}

/** Of `address` nothing can be reached but this TCP port; what answers it passes. */
export function allowTcp(address, port) {
  const rules = `add chain inet firewall to { type filter hook input priority 1; policy accept; }
    add rule inet firewall to ip daddr ${address} tcp dport != ${port} tcp flags & (syn | ack) == syn drop`;
  execFileSync(nft, ['-f', '-'], { input: rules });
}

/** How many packets it has refused. */
export function refused() {
  const text = execFileSync(nft, ['list', 'table', 'inet', 'firewall'], { encoding: 'utf8' });
  return Number(/counter packets (\d+)/.exec(text)[1]);
}
