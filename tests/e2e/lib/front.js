/* One public port for pages, media and relay, as docs/networks.md shows it: a real nginx with that text, inside a namespace
 * of our own, where port 443 is free. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificate } from './certificate.js';
import { opened } from './leftovers.js';
import { until } from './wait.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const nginx = process.env.NGINX ?? '/usr/sbin/nginx';
const module = process.env.NGINX_STREAM ?? '/usr/lib/nginx/modules/ngx_stream_module.so';

export const noFront = existsSync(module) ? undefined : `there is no ${module}`;
export const pagesName = 'video.example.gov.cn';
export const relayName = 'turn.example.gov.cn';
/* As the document has them. Browsers take no port below 1024 of a private address, so this one is none. */
export const publicAddress = '203.0.113.10';
export const behind = { pages: 8080, media: 40000, relay: 5349 };

/** The document's text of that language. */
async function example(language) {
  const text = await readFile(join(root, 'docs/networks.md'), 'utf8');
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)[1];
}

/** The daemon's settings of the document, but for the secret. */
export async function documentedSettings(secretFile) {
  const sections = {};
  let section;
  for (const line of (await example('ini')).split('\n').filter(Boolean)) {
    const head = /^\[(.+)\]$/.exec(line)?.[1];
    if (head) section = sections[head] = {};
    else section[line.split(' = ')[0]] = line.slice(line.indexOf(' = ') + 3);
  }
  sections.turn.secret_file = secretFile;
  return sections;
}

export class Front {
  static async start() {
    const front = opened(new Front());
    front.folder = await mkdtemp(join(tmpdir(), 'shipinban-front-'));
    await chmod(front.folder, 0o755);
    front.certificate = certificate(front.folder, [`DNS:${pagesName}`]);
    let text = await example('nginx');
    for (const [from, to] of [['/etc/ssl/video/fullchain.pem', front.certificate.cert], ['/etc/ssl/video/privkey.pem', front.certificate.key]]) {
      if (!text.includes(from)) throw new Error(`docs/networks.md has no ${from}`);
      text = text.replace(from, to);
    }
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${join(front.folder, name)};\n`).join('');
    text = text.replace('http {\n', `http {\n  access_log ${join(front.folder, 'access.log')};\n${folders}`);
    await writeFile(join(front.folder, 'nginx.conf'), `load_module ${module};\ndaemon off;\nmaster_process off;\npid ${join(front.folder, 'pid')};\nerror_log stderr info;\nevents { worker_connections 512; }\n${text}`);
    front.child = spawn(nginx, ['-c', join(front.folder, 'nginx.conf'), '-p', front.folder, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
    front.log = '';
    front.child.stderr.on('data', (chunk) => (front.log += chunk));
    front.child.on('error', (error) => (front.log += String(error)));
    await until(() => {
      if (front.child.exitCode !== null) throw new Error(`nginx ended:\n${front.log}`);
      return /using the "epoll" event method/.test(front.log);
    }, 'nginx to listen', 10000);
    return front;
  }
  async stop() {
    if (this.child && this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
