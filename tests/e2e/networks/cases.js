/* The bad networks, and what is measured in each. A case gets a call that stands and has settled. */

const settle = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

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

/** On the receiver's leg the one behind the bad network watches, on the sender's the other one. */
const watcher = (call, leg) => (leg === 'receiver' ? call.near : call.far);
const direction = (call, leg) => (leg === 'receiver' ? call.towards : call.away);

async function measured(call, leg, seconds) {
  await call.network.forget();
  const before = await received(call, watcher(call, leg));
  await settle(seconds);
  const row = between(before, await received(call, watcher(call, leg)));
  const link = (await call.network.stats())[direction(call, leg)];
  return { ...row, queue_p95_ms: link.queue_p95_ms, queue_full: link.queue_full, lost: link.lost };
}

async function bottleneck(call, leg, seconds) {
  await call.network.set(direction(call, leg), { rate_bps: 300000, queue_ms: 1000 });
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

export const cases = { 'bottleneck 300 kbit/s': bottleneck, '2 Mbit/s, 500 kbit/s, 2 Mbit/s': steps, 'loss 5 %': loss(0.05), 'loss 15 %': loss(0.15) };
