/* A real nginx in front of the daemon, with the configuration that docs/proxy.md shows. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './port.js';
import { until } from './wait.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const nginx = process.env.NGINX ?? '/usr/sbin/nginx';
const attempts = 5;

async function example() {
  const text = await readFile(join(root, 'docs/proxy.md'), 'utf8');
  return /```nginx\n([^]*?)```/.exec(text)[1];
}

export class Proxy {
  /** @param {string} upstream where the daemon listens, "http://127.0.0.1:1234" @param {Array<[RegExp, string]>} changes of the documented text */
  static async start(upstream, changes = []) {
    const proxy = new Proxy();
    proxy.folder = await mkdtemp(join(tmpdir(), 'shipinban-nginx-'));
    await chmod(proxy.folder, 0o755);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', join(proxy.folder, 'key.pem'), '-out', join(proxy.folder, 'cert.pem')], { stdio: 'ignore' });
    for (let n = 1; ; n++) {
      try {
        proxy.port = await freePort();
        proxy.upstream = upstream;
        await proxy.#run(changes);
        return proxy;
      } catch (error) {
        if (n === attempts) throw error;
      }
    }
  }
  /** Anew at the same place, as the document has it. */
  async restart() {
    await this.#end();
    await this.#run([]);
  }
  async #run(changes) {
    let site = await example();
    const all = [
      [/server 127\.0\.0\.1:8080;/, `server ${new URL(this.upstream).host};`],
      [/listen 443 ssl;/, `listen 127.0.0.1:${this.port} ssl;`],
      [/\/etc\/ssl\/service\/fullchain\.pem/, join(this.folder, 'cert.pem')],
      [/\/etc\/ssl\/service\/privkey\.pem/, join(this.folder, 'key.pem')],
      ...changes,
    ];
    for (const [pattern, text] of all) {
      if (!pattern.test(site)) throw new Error(`docs/proxy.md has no ${pattern}`);
      site = site.replace(pattern, text);
    }
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${join(this.folder, name)};\n`).join('');
    const config = `daemon off;\nmaster_process off;\npid ${join(this.folder, 'pid')};\nerror_log stderr info;\nevents { worker_connections 512; }\n`
      + `http {\n  access_log ${join(this.folder, 'access.log')};\n${folders}${site}}\n`;
    await writeFile(join(this.folder, 'nginx.conf'), config);
    this.child = spawn(nginx, ['-c', join(this.folder, 'nginx.conf'), '-p', this.folder, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.log = '';
    this.child.stderr.on('data', (chunk) => (this.log += chunk));
    this.child.on('error', (error) => (this.log += String(error)));
    this.origin = `https://localhost:${this.port}`;
    await until(async () => {
      if (this.child.exitCode !== null) throw new Error(`nginx ended:\n${this.log}`);
      return /using the "epoll" event method/.test(this.log);
    }, 'nginx to listen', 10000);
  }
  async #end() {
    if (this.child && this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await gone;
    }
  }
  async stop() {
    await this.#end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
