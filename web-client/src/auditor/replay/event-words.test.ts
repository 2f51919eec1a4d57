import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { eventWords, isTold } from './event-words';
import { technical, type ListedEvent } from './events';

const root = join(import.meta.dirname, '../../../..');
const documented = [...readFileSync(join(root, 'docs/recording-format.md'), 'utf8').matchAll(/^\| ((?:`[a-z_.]+`(?: \/ )?)+) \| /gm)]
  .flatMap((row) => [...row[1]!.matchAll(/`([a-z_.]+)`/g)].map((one) => one[1]!))
  .filter((name) => name.includes('.') || ['mark', 'gap', 'interruption', 'chain'].includes(name));

/* The names that the server writes where it writes them in one piece. */
function written(): string[] {
  const folders = ['session', 'handlers'].map((one) => join(root, 'signaling', one));
  const files = folders.flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.c')).map((name) => join(folder, name)));
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/sig_recording_write\([^";]*"([a-z_.]+)"/g)].map((one) => one[1]!),
  );
}

describe('every event of a journal', () => {
  it('that the server writes is documented', () => {
    expect(written().length).toBeGreaterThan(10);
    expect(written().filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('is told in words, or is an engineer\'s', () => {
    expect(documented.length).toBeGreaterThan(20);
    expect(documented.filter((name) => !isTold(name) && !technical.has(name))).toEqual([]);
  });
});

const listed = (type: string, fields: object): ListedEvent => ({
  index: 0,
  atMs: 0,
  type,
  who: '市民 A001',
  technical: false,
  event: { at_ms: 0, type, ...fields },
});

describe('a line', () => {
  it('is told with its word and its losses', () => {
    const words = eventWords(listed('media.quality', { level: 'poor', up_loss_permille: '123', down_loss_permille: '0' }));
    expect(words).toBe('市民 A001 的网络较差（丢包：上行 12.3%，下行 0.0%）');
  });

  it('that is narrow pauses the picture, and gives it back', () => {
    expect(eventWords(listed('media.narrow', { state: 'paused' }))).toContain('画面暂停');
    expect(eventWords(listed('media.narrow', { state: 'resumed' }))).toContain('画面恢复');
  });
});
