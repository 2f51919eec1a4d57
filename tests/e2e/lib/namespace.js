/* A network of its own for a suite: Firefox sends no media to 127.0.0.1, and the machine's real interfaces are nobody's business.
 * The suite's process starts itself again inside `unshare --net`, where one veth pair has the only address; its report goes
 * to the same place. The network ends with the process. */
import { execFileSync, spawnSync } from 'node:child_process';

const address = '10.77.0.1';
const inside = 'SHIPINBAN_E2E_NAMESPACE';
/* root needs no user namespace; who may make one is root in it */
const ways = [['--net'], ['--net', '--user', '--map-root-user']];

/* A default route, or Firefox does not find the address that it would send from. */
const setUp = [
  'link set lo up',
  'link add e2e0 type veth peer name e2e1',
  `address add ${address}/24 dev e2e0`,
  /* No addresses come by themselves a second later: Chromium would throw away what it is loading. */
  'link set e2e0 addrgenmode none',
  'link set e2e1 addrgenmode none',
  'link set e2e1 up',
  'link set e2e0 up',
  'route add default via 10.77.0.254 dev e2e0',
];

function trial(way) {
  const commands = setUp.map((line) => `ip ${line}`).join(' && ');
  return spawnSync('unshare', [...way, 'sh', '-ec', commands], { encoding: 'utf8' });
}

/**
 * Runs `file` again in a namespace. Inside of it: {address}. Outside: {ran: true} when all has been done inside,
 * {why} when this machine does not let us make one.
 */
export function namespace(file) {
  if (process.env[inside]) {
    for (const line of setUp) execFileSync('ip', line.split(' '));
    return { address };
  }
  let why = '';
  for (const way of ways) {
    const tried = trial(way);
    if (tried.status === 0) {
      const child = spawnSync('unshare', [...way, process.execPath, ...process.execArgv, file], { stdio: 'inherit', env: { ...process.env, [inside]: '1' } });
      process.exitCode = child.status ?? 1;
      return { ran: true };
    }
    why = (tried.error?.message ?? tried.stderr).trim().split('\n').at(-1);
  }
  return { why: `no network namespace can be made here: ${why}` };
}

/** One more address, inside of the namespace; on the interface that has the first, or browsers would not know what they connect from. */
export function addAddress(more) {
  execFileSync('ip', ['address', 'add', `${more}/24`, 'dev', 'e2e0']);
}
