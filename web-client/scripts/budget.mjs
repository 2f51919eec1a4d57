// Fails when the citizen's first page or its call screen outgrows its share of a slow phone's patience.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const entryLimit = 150 * 1024;
const callLimit = 60 * 1024;
const forbidden = /element-plus|pdf|echarts/;

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));

/* A chunk with everything it pulls in at once: static imports and styles. */
function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) {
    return found;
  }
  found.add(chunk.file);
  (chunk.css ?? []).forEach((file) => found.add(file));
  (chunk.imports ?? []).forEach((next) => filesOf(next, found));
  return found;
}

const sizeOf = (files) =>
  [...files].reduce((total, file) => total + gzipSync(readFileSync(join(dist, file))).length, 0);

const entry = filesOf('index.html');
const call = new Set([...filesOf('src/citizen/call/CallScreen.vue')].filter((f) => !entry.has(f)));
const page = gzipSync(readFileSync(join(dist, 'index.html'))).length;
const rows = [
  ['citizen entry', sizeOf(entry) + page, entryLimit],
  ['call screen', sizeOf(call), callLimit],
];

let failed = entry.size === 0 || call.size === 0;
if (failed) {
  console.error('the manifest does not name the citizen entry and its call screen');
}
for (const [name, bytes, limit] of rows) {
  const verdict = bytes <= limit ? 'ok' : 'TOO LARGE';
  failed ||= bytes > limit;
  console.log(`${name}: ${(bytes / 1024).toFixed(1)} KiB gz of ${limit / 1024} (${verdict})`);
}
for (const file of [...entry, ...call].filter((each) => forbidden.test(each))) {
  failed = true;
  console.error(`the citizen's page pulls in ${file}`);
}
process.exit(failed ? 1 : 0);
