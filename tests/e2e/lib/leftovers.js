/* What a suite opened and a failure kept it from closing is closed at its end: nothing outlives its test. */
import { after } from 'node:test';

const open = new Set();

/** Takes note of something with close() or stop(); returns it. */
export function opened(thing) {
  open.add(thing);
  return thing;
}

/* Scripts that are no tests (pictures, measurements) end by themselves. Closing twice does no harm. */
if (process.env.NODE_TEST_CONTEXT) {
  after(async () => {
    for (const thing of open) await (thing.close?.() ?? thing.stop?.());
  });
}
