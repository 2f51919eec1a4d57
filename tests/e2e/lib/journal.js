/* The journal, told by tshark: a witness that shares no code with the recorder. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Rows [source address, source port, payload type, SSRC, timestamp, length] of all RTP packets of a recording. */
export async function packets(recording) {
  const folder = join(recording, 'journal');
  const rows = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.pcapng')).sort()) {
    const { stdout } = await run('tshark', ['-r', join(folder, name), '-d', 'udp.port==5004,rtp', '-Y', 'rtp', '-T', 'fields', ...['ip.src', 'udp.srcport', 'rtp.p_type', 'rtp.ssrc', 'rtp.timestamp', 'udp.length'].flatMap((field) => ['-e', field])], { maxBuffer: 1 << 30 });
    for (const line of stdout.split('\n').filter(Boolean)) rows.push(line.split('\t'));
  }
  return rows;
}

/** How many pictures the server received for a leg: distinct timestamps of its video payload type. */
export async function framesInJournal(recording, timeline, leg) {
  const sections = timeline.events.filter((event) => event.type === 'media.section' && event.source === leg.source);
  const tags = new Set(timeline.events.filter((event) => event.type === 'peer.open' && event.participant === leg.participant).map((event) => event.tag));
  const rows = await packets(recording);
  let count = 0;
  for (const section of sections.filter((event) => tags.has(event.tag))) {
    const primary = section.payloads.split(' ').map((text) => text.split(':')).find(([, name]) => name.toLowerCase().startsWith(leg.codec.toLowerCase()));
    const tag = Number(section.tag);
    const address = `10.${(tag >> 16) & 255}.${(tag >> 8) & 255}.${tag & 255}`;
    const times = new Set(rows.filter((row) => row[0] === address && row[1] === String(5000 + Number(section.section)) && row[2] === primary[0]).map((row) => row[4]));
    count = Math.max(count, times.size);
  }
  return count;
}
