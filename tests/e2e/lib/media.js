/* What a recorded file really holds, told by ffmpeg and ffprobe: counters, tones, beeps, errors. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pictureHeight, pictureWidth, readCounter } from './timecode.js';

const run = promisify(execFile);
const sampleRate = 48000;

async function ffmpeg(args, maxBytes = 1 << 30) {
  return run('ffmpeg', ['-hide_banner', '-nostdin', ...args], { encoding: 'buffer', maxBuffer: maxBytes });
}

/** Everything ffmpeg complains about while it decodes the whole file; empty when the file is sound. */
export async function decodeErrors(path) {
  const { stderr } = await ffmpeg(['-v', 'error', '-xerror', '-i', path, '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-']).catch((error) => error);
  return stderr.toString().trim();
}

export async function probe(path) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', path]);
  return JSON.parse(stdout);
}

/** Presentation times (s) of every video frame, in order. */
async function frameTimes(path) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path], { maxBuffer: 1 << 28 });
  return stdout.split('\n').filter(Boolean).map((line) => Number.parseFloat(line));
}

/** How many voice packets of 20 ms are not in the file, between its first and its last. */
export async function voiceMissing(path) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path], { maxBuffer: 1 << 28 });
  const times = stdout.split('\n').filter(Boolean).map((line) => Number.parseFloat(line));
  return times.slice(1).reduce((missing, time, i) => missing + Math.max(0, Math.round((time - times[i]) / 0.02) - 1), 0);
}

/** Every decoded frame: [{time, counter, sender}]; counter is null where the picture could not be read. */
export async function counters(path) {
  const times = await frameTimes(path);
  const { stdout } = await ffmpeg(['-v', 'error', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', `scale=${pictureWidth}:${pictureHeight}:flags=area,format=gray`, '-f', 'rawvideo', '-']);
  const size = pictureWidth * pictureHeight;
  const frames = [];
  for (let i = 0; (i + 1) * size <= stdout.length; i++) {
    const code = readCounter(stdout.subarray(i * size, (i + 1) * size));
    frames.push({ time: times[i], counter: code?.counter ?? null, sender: code?.sender ?? null });
  }
  return frames;
}

/** The file's voice as mono float samples; `start` is the time (s) of the first one. */
export async function voice(path) {
  const { stdout } = await ffmpeg(['-v', 'error', '-i', path, '-map', '0:a:0', '-af', 'aresample=async=1:min_hard_comp=0.005:first_pts=0', '-ac', '1', '-ar', String(sampleRate), '-f', 'f32le', '-']);
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~3)));
}

/** Power of one frequency in samples[from, to) (Goertzel). */
function power(samples, from, to, hz) {
  const k = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let a = 0;
  let b = 0;
  for (let i = from; i < to; i++) {
    const next = samples[i] + k * a - b;
    b = a;
    a = next;
  }
  return (a * a + b * b - k * a * b) / (to - from);
}

/** The strongest of the candidate frequencies over the whole voice, and how much stronger than the next. */
export function strongestTone(samples, candidates) {
  const window = sampleRate / 10;
  const totals = candidates.map((hz) => {
    let sum = 0;
    for (let at = 0; at + window <= samples.length; at += window) sum += power(samples, at, at + window, hz);
    return { hz, sum };
  });
  totals.sort((x, y) => y.sum - x.sum);
  return { hz: totals[0].hz, ratio: totals[0].sum / Math.max(totals[1].sum, 1e-12) };
}

/** Times (s) at which a 2 kHz beep begins, to about a millisecond. */
export function beeps(samples, hz = 2000) {
  const window = sampleRate / 200;
  const step = sampleRate / 1000;
  const found = [];
  let loudest = 0;
  const levels = [];
  for (let at = 0; at + window <= samples.length; at += step) {
    const level = power(samples, at, at + window, hz);
    levels.push(level);
    loudest = Math.max(loudest, level);
  }
  const threshold = loudest / 4;
  for (let i = 1; i < levels.length; i++) {
    if (levels[i] >= threshold && levels[i - 1] < threshold && (found.length === 0 || i / 1000 - found.at(-1) > 0.5)) found.push(i / 1000);
  }
  /* The window that first is half full of the beep begins half a window before it. */
  return found.map((time) => time + window / 2 / sampleRate);
}
