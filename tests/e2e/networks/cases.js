/* The bad networks, and what is measured in each. A case gets a call that stands and has settled. */
import { seen } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const sampleRate = 48000, slack = 4; /* a voice that is badly cut still plays, concealed */

/** What `party` has received so far. */
async function received(call, party) {
  const all = await call.stats(party);
  const sum = (kind, field) => all.filter((s) => s.type === 'inbound-rtp' && s.kind === kind).reduce((total, s) => total + (s[field] ?? 0), 0);
  return {
    at: Date.now(), bytes: sum('video', 'bytesReceived'), frames: sum('video', 'framesDecoded'), freezes: sum('video', 'freezeCount'),
    frozen_s: sum('video', 'totalFreezesDuration'), concealed: sum('audio', 'concealedSamples'), samples: sum('audio', 'totalSamplesReceived'),
  };
}

const between = (before, after) => ({
  kbps: Math.round(((after.bytes - before.bytes) * 8) / (after.at - before.at)), fps: +(((after.frames - before.frames) * 1000) / (after.at - before.at)).toFixed(1),
  freezes: after.freezes - before.freezes, frozen_s: +(after.frozen_s - before.frozen_s).toFixed(1),
  concealed_percent: +((100 * (after.concealed - before.concealed)) / Math.max(after.samples - before.samples, 1)).toFixed(2),
});

/** What has been received when so many seconds of voice have been played since `before`: the listener's own clock. */
const heard = (call, party, before, seconds) => until(async () => {
  const now = await received(call, party);
  return now.samples - before.samples >= seconds * sampleRate && now;
}, `${seconds} s of voice`, seconds * slack * 1000 + 10000);

/** Until the picture that each side gets no longer grows: both senders have found their rate. */
export async function settled(call) {
  let last = [0, 0], steady = 0;
  const parties = [call.near, call.far];
  await until(async () => {
    const rates = await Promise.all(parties.map(async (party) => {
      const before = await received(call, party);
      return between(before, await heard(call, party, before, 1)).kbps;
    }));
    steady = rates.every((kbps, i) => kbps > 0 && kbps <= last[i] * 1.1) ? steady + 1 : 0;
    last = rates;
    return steady >= 3;
  }, 'both senders to find their rate', 40000);
}

/** On the receiver's leg the one behind the bad network watches, on the sender's the other one. */
const watcher = (call, leg) => (leg === 'receiver' ? call.near : call.far);
const direction = (call, leg) => (leg === 'receiver' ? call.towards : call.away);

async function measured(call, leg, seconds) {
  await call.network.forget();
  const before = await received(call, watcher(call, leg));
  const row = between(before, await heard(call, watcher(call, leg), before, seconds));
  const link = (await call.network.stats())[direction(call, leg)];
  return { ...row, queue_p95_ms: link.queue_p95_ms, queue_full: link.queue_full, lost: link.lost };
}

const narrow = { rate_bps: 300000, queue_ms: 1000 }, narrowSettledS = 15;

async function bottleneck(call, leg, seconds) {
  await call.network.set(direction(call, leg), narrow);
  await heard(call, watcher(call, leg), await received(call, watcher(call, leg)), narrowSettledS);
  return measured(call, leg, seconds);
}

/** From a wide line to a narrow one at once: what the queue and the moment itself cost. */
async function fall(call, leg, seconds) {
  await call.network.set(direction(call, leg), narrow);
  return measured(call, leg, seconds);
}

const loss = (share) => async (call, leg, seconds) => {
  await call.network.set(direction(call, leg), { loss: share });
  return measured(call, leg, seconds);
};

/** Rates of each second through 2 Mbit/s, 500 kbit/s and 2 Mbit/s again; when the narrow one was kept, when the wide one was used. */
async function steps(call, leg) {
  const rates = async (rate_bps, seconds) => {
    await call.network.set(direction(call, leg), { rate_bps, queue_ms: 1000 });
    const row = [];
    for (let i = 0; i < seconds; i++) row.push((await measured(call, leg, 1)).kbps);
    return row;
  };
  const wide = await rates(2000000, 10);
  const narrow = await rates(500000, 20);
  const again = await rates(2000000, 30);
  const full = wide.slice(-5).reduce((a, b) => a + b, 0) / 5;
  const first = (row, test) => row.findIndex(test) + 1;
  return { full_kbps: Math.round(full), down_s: first(narrow, (kbps) => kbps <= 520), up_s: first(again, (kbps) => kbps >= 0.9 * full), narrow_kbps: Math.round(narrow.slice(-10).reduce((a, b) => a + b, 0) / 10) };
}

/** The painter whose pictures the watcher sees: the far one paints 2. */
const painter = (leg) => (leg === 'receiver' ? 2 : 1);

/** When pictures came since then, the newest counter only: what was shown again is no news. */
async function pictures(call, leg, since) {
  return (await seen(watcher(call, leg), painter(leg))).filter((frame) => frame.time > since);
}

/** Another port towards the other side in mid-call, five times: the longest still picture after each, sorted. */
async function rebind(call, leg) {
  const still = [];
  for (let i = 0; i < 5; i++) {
    const since = Date.now();
    await call.network.rebind();
    await heard(call, watcher(call, leg), await received(call, watcher(call, leg)), 4);
    const times = (await pictures(call, leg, since - 500)).map((frame) => frame.time);
    still.push(Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i]))));
  }
  still.sort((a, b) => a - b);
  return { still_p50_ms: still[2], still_most_ms: still[4] };
}

/** Ten seconds of nothing, both ways: how long after it a picture comes. */
async function blackHole(call, leg) {
  await call.network.dark(10000);
  const light = Date.now();
  const first = await until(async () => (await pictures(call, leg, light))[0], 'a picture after the black hole', 30000);
  return { back_ms: Math.round(first.time - light) };
}

/** From paint to presentation, on one machine's clock. */
async function glass(call, leg, seconds) {
  const before = Date.now();
  await heard(call, watcher(call, leg), await received(call, watcher(call, leg)), seconds);
  const from = leg === 'receiver' ? call.far : call.near;
  const painted = new Map(await from.page.evaluate(() => window.e2e.painted));
  const delays = (await pictures(call, leg, before)).filter(({ counter }) => painted.has(counter)).map(({ counter, time }) => time - painted.get(counter)).sort((a, b) => a - b);
  const at = (share) => +delays[Math.floor(delays.length * share)].toFixed(1);
  return { frames: delays.length, p50_ms: at(0.5), p95_ms: at(0.95) };
}

export const cases = { 'bottleneck 300 kbit/s': bottleneck, 'a fall to 300 kbit/s': fall, '2 Mbit/s, 500 kbit/s, 2 Mbit/s': steps, 'loss 5 %': loss(0.05), 'loss 15 %': loss(0.15), 'another port': rebind, 'black hole of 10 s': blackHole, 'glass to glass': glass };
