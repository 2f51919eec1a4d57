/* A step of the build: beside each text of the pages its packed forms, which the server sends to whoever takes them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

const texts = /\.(js|css|html|svg|json|webmanifest)$/;
const leastBytes = 512;
const forms = [
  ['.br', promisify(brotliCompress)],
  ['.gz', (data) => promisify(gzip)(data, { level: 9 })],
];

async function pack(path) {
  const data = await readFile(path);
  for (const [ending, compress] of data.length >= leastBytes ? forms : []) {
    await writeFile(path + ending, await compress(data));
  }
}

export function packed() {
  let folder;
  return {
    name: 'packed',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(names.filter((name) => texts.test(name)).map((name) => pack(join(folder, name))));
    },
  };
}
