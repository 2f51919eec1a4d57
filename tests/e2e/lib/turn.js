/* A real coturn, with the secret that the daemon signs its credentials with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificate } from './certificate.js';
import { opened } from './leftovers.js';
import { freePort } from './port.js';
import { until } from './wait.js';

/* Below what the system gives to others. */
export const relayPorts = [27000, 27099];

export class Turn {
  /** @param {boolean} options.tls speak TLS too, on tlsPort, with a certificate of its own */
  static async start({ address = '127.0.0.1', relay = address, tls = false, tlsPort, name = 'turn.localhost' } = {}) {
    const turn = opened(new Turn());
    turn.address = address;
    turn.folder = await mkdtemp(join(tmpdir(), 'shipinban-turn-'));
    await chmod(turn.folder, 0o755);
    turn.secretFile = join(turn.folder, 'turn.secret');
    turn.port = await freePort();
    if (tls) turn.tlsPort = tlsPort ?? (await freePort());
    const secret = 'the-secret-of-the-relay';
    await writeFile(turn.secretFile, `${secret}\n`, { mode: 0o600 });
    const spoken = ['--no-tls'];
    if (tls) {
      turn.certificate = certificate(turn.folder, [`IP:${address}`, `DNS:${name}`]);
      spoken.splice(0, 1, `--tls-listening-port=${turn.tlsPort}`, `--cert=${turn.certificate.cert}`, `--pkey=${turn.certificate.key}`);
    }
    turn.child = spawn('turnserver', [
      '-n', `--listening-ip=${address}`, `--relay-ip=${relay}`, `--listening-port=${turn.port}`, '--use-auth-secret', `--static-auth-secret=${secret}`,
      '--realm=shipinban', '--allow-loopback-peers', '--no-cli', '--no-dtls', ...spoken, `--min-port=${relayPorts[0]}`, `--max-port=${relayPorts[1]}`,
      '--verbose', '--log-file=stdout', '--simple-log', `--pidfile=${join(turn.folder, 'turn.pid')}`, `--userdb=${join(turn.folder, 'turn.db')}`,
    ], { cwd: turn.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    turn.log = '';
    for (const stream of [turn.child.stdout, turn.child.stderr]) stream.on('data', (chunk) => (turn.log += chunk));
    const listens = tls ? /TLS(?:\/TCP)? listener opened on : [\d.]+:\d+/i : /TCP listener opened on : /i;
    await until(() => listens.test(turn.log) || (turn.child.exitCode !== null && Promise.reject(new Error(turn.log))), 'coturn to listen');
    return turn;
  }
  /** The daemon's section of it, for TURN over TCP. */
  get settings() {
    return { urls: `turn:${this.address}:${this.port}?transport=tcp`, secret_file: this.secretFile };
  }
  async stop() {
    if (this.child?.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill();
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
