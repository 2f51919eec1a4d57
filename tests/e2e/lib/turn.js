/* A real coturn on loopback, with the secret that the daemon signs its credentials with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opened } from './leftovers.js';
import { freePort } from './port.js';
import { until } from './wait.js';

export class Turn {
  static async start() {
    const turn = opened(new Turn());
    turn.folder = await mkdtemp(join(tmpdir(), 'shipinban-turn-'));
    turn.secretFile = join(turn.folder, 'turn.secret');
    turn.port = await freePort();
    const secret = 'the-secret-of-the-relay';
    await writeFile(turn.secretFile, `${secret}\n`, { mode: 0o600 });
    turn.child = spawn('turnserver', [
      '-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${turn.port}`, '--use-auth-secret', `--static-auth-secret=${secret}`,
      '--realm=shipinban', '--allow-loopback-peers', '--no-cli', '--no-tls', '--no-dtls', '--verbose', '--log-file=stdout', '--simple-log',
      `--pidfile=${join(turn.folder, 'turn.pid')}`, `--userdb=${join(turn.folder, 'turn.db')}`,
    ], { cwd: turn.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    turn.log = '';
    for (const stream of [turn.child.stdout, turn.child.stderr]) stream.on('data', (chunk) => (turn.log += chunk));
    await until(() => /TCP listener opened on : 127\.0\.0\.1/i.test(turn.log) || (turn.child.exitCode !== null && Promise.reject(new Error(turn.log))), 'coturn to listen');
    return turn;
  }
  /** The daemon's section of it. */
  get settings() {
    return { urls: `turn:127.0.0.1:${this.port}?transport=tcp`, secret_file: this.secretFile };
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
