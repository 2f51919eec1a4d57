/* Calls over bad networks, through us and from page to page, in turn, with the same seed.
 * usage: npm run networks -- [--seconds N] [--rounds N] [--leg receiver|sender] [--case WORDS] */
import { parseArgs } from 'node:util';
import { Stack } from '../lib/daemon.js';
import { cases, settled } from './cases.js';
import { DirectCall } from './direct.js';
import { ServedCall } from './through.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, rounds: { type: 'string', default: '2' }, leg: { type: 'string' }, case: { type: 'string', default: '' } } });
const legs = values.leg ? [values.leg] : ['receiver', 'sender'];
const options = { grain: 0.3, seed: 11 };

const median = (rows) => Object.fromEntries(Object.keys(rows[0]).map((key) => [key, rows.map((row) => row[key]).sort((a, b) => a - b)[rows.length >> 1]]));

async function run(kind, test, leg) {
  const stack = await Stack.start();
  let call;
  try {
    call = kind === DirectCall ? await DirectCall.start(stack.url, options) : await ServedCall.start(stack, options);
    await settled(call);
    return await test(call, leg, Number(values.seconds));
  } finally {
    await call?.stop();
    await stack.stop();
  }
}

for (const [name, test] of Object.entries(cases)) {
  if (!name.includes(values.case)) continue;
  for (const leg of legs) {
    const rows = new Map([[DirectCall, []], [ServedCall, []]]);
    for (let round = 0; round < Number(values.rounds); round++) for (const kind of [ServedCall, DirectCall]) rows.get(kind).push(await run(kind, test, leg));
    for (const [kind, all] of rows) console.log(JSON.stringify({ case: name, leg, call: kind.name, rounds: all.length, ...median(all) }));
  }
}
