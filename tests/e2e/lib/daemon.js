/* The real daemon and recorder in a folder of their own, on ports the system chose. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { opened } from './leftovers.js';
import { until } from './wait.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const build = resolve(process.env.SHIPINBAN_BUILD ?? join(root, 'build'));

/** An INI file out of {section: {key: value}}. */
function ini(sections) {
  return Object.entries(sections)
    .map(([name, keys]) => `[${name}]\n${Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`).join('')}`)
    .join('\n');
}

function settings(overrides) {
  const base = {
    server: { listen: '127.0.0.1', port: 0, hostname: 'localhost', web_root: process.env.SHIPINBAN_WEB ?? join(root, 'web-client/dist'), log_level: 'debug' },
    media: { listen: '127.0.0.1', udp_port: 0 },
    hall: { database: 'hall.db', seed_dir: join(root, 'hall/seed'), demo_accounts_file: 'demo-accounts.txt', always_open: true },
    recorder: { spool: 'spool', archive: 'archive', reserve_mib: 16, orphan_grace_ms: 500 },
    api: { key_file: 'api.key' },
  };
  for (const [section, keys] of Object.entries(overrides)) base[section] = { ...base[section], ...keys };
  return base;
}

class Program {
  #child;
  output = '';

  constructor(path, args, cwd, env = {}) {
    this.#child = spawn(path, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const keep = (chunk) => (this.output += chunk);
    this.#child.stdout.on('data', keep);
    this.#child.stderr.on('data', keep);
    this.#child.on('error', (error) => (this.output += String(error)));
  }
  get pid() {
    return this.#child.pid;
  }
  get ended() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
  async says(pattern, ms = 15000) {
    return until(() => {
      if (this.ended) throw new Error(`ended (${this.#child.exitCode ?? this.#child.signalCode}) before it said ${pattern}:\n${this.output}`);
      return pattern.exec(this.output);
    }, `"${pattern}" in the program's output`, ms);
  }
  /** Tells it something and does not wait. */
  signal(name) {
    this.#child.kill(name);
  }
  /** How it ended by itself: its exit status, or the signal's name. */
  async end(ms) {
    await until(() => this.ended, `the program's end\n${this.output.slice(-2000)}`, ms);
    return this.#child.exitCode ?? this.#child.signalCode;
  }
  async stop(signal = 'SIGTERM') {
    if (this.ended) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10000);
    await gone;
    clearTimeout(timer);
  }
}

export class Stack {
  /** @param {Record<string, Record<string, unknown>>} overrides of the configuration, by section */
  static async start(overrides = {}) {
    const stack = opened(new Stack());
    stack.folder = await mkdtemp(join(tmpdir(), 'shipinban-e2e-'));
    await chmod(stack.folder, 0o755);
    stack.config = join(stack.folder, 'shipinban.conf');
    stack.settings = settings(overrides);
    await stack.startDaemon();
    await stack.startRecorder();
    return stack;
  }
  /** A second start uses the port of the first, so that pages find it again. */
  async startDaemon() {
    if (this.url) this.settings.server.port = new URL(this.url).port;
    await writeFile(this.config, ini(this.settings));
    this.daemon = new Program(join(build, 'signaling/shipinban'), ['--config', this.config], this.folder);
    this.url = (await this.daemon.says(/listening (https?:\/\/\S+)/))[1].replace(/\/$/, '');
  }
  /** The daemon under tools/supervise, on a port that stays; it is started again whenever it ends. */
  async startSupervised() {
    await this.daemon.stop();
    this.settings.server.port = new URL(this.url).port;
    await writeFile(this.config, ini(this.settings));
    const log = join(this.folder, 'daemon.log');
    this.daemon = new Program(join(root, 'tools/supervise'), ['shipinban', log, join(build, 'signaling/shipinban'), '--config', this.config], this.folder, { SUPERVISE_SETTLED_S: '2' });
    await until(async () => /listening/.test(await readFile(log, 'utf8').catch(() => '')), 'the supervised daemon');
  }
  /** Kills the supervised daemon, not its supervisor; when (ms since 1970). */
  async killSupervised() {
    const { pid } = this.daemon;
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    for (const child of children) {
      const name = (await readFile(`/proc/${child}/comm`, 'utf8')).trim();
      if (name !== 'shipinban') continue;
      process.kill(Number(child), 'SIGKILL');
      return Date.now();
    }
    throw new Error(`no daemon under ${pid}`);
  }
  async startRecorder() {
    this.recorder = new Program(join(build, 'recorder/shipinban-recorder'), ['--config', this.config], this.folder);
  }
  async password(staffNo) {
    const text = await readFile(join(this.folder, 'demo-accounts.txt'), 'utf8');
    const line = text.split('\n').map((row) => row.trim().split(/\s+/)).find((row) => row[0] === staffNo);
    if (!line) throw new Error(`no demo account ${staffNo} in:\n${text}`);
    return line[2];
  }
  async apiKey() {
    return (await readFile(join(this.folder, 'api.key'), 'utf8')).trim();
  }
  /** What shipinbanctl says of it, by its socket. */
  async ctl(command) {
    const { stdout } = await promisify(execFile)(join(build, 'signaling/shipinbanctl'), ['--json', '--socket', join(this.folder, 'control.sock'), command]);
    return JSON.parse(stdout);
  }
  async health() {
    const previous = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      return await (await fetch(`${this.url}/healthz`)).json();
    } finally {
      if (previous === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = previous;
    }
  }
  /** Folders of finished recordings. */
  async recordings() {
    const names = await readdir(join(this.folder, 'archive')).catch(() => []);
    const whole = [];
    for (const name of names) {
      if (name.startsWith('.') || name.endsWith('.failed')) continue;
      whole.push(join(this.folder, 'archive', name));
    }
    return whole;
  }
  async recording(count = 1, ms = 60000) {
    const found = await until(async () => {
      const all = await this.recordings();
      return all.length >= count && all;
    }, `${count} finished recording(s) in ${this.folder}/archive`, ms);
    const path = found.at(-1);
    return { path, timeline: JSON.parse(await readFile(join(path, 'timeline.json'), 'utf8')), manifest: JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')) };
  }
  async stop() {
    await this.daemon?.stop();
    await this.recorder?.stop();
    if (!process.env.SHIPINBAN_KEEP) await rm(this.folder, { recursive: true, force: true });
  }
}
