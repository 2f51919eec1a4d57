/* The lamp of a line that loses packets: worse on both pages, and good again when the line is. */
import { after, before, describe, it } from 'node:test';
import { Stack } from '../lib/daemon.js';
import { Network } from '../lib/network.js';
import { connect, signIn, takeNumber } from '../lib/scenario.js';
import { until } from '../lib/wait.js';

const barMs = 90000; // generous: what was measured is printed

describe('the lamp of a citizen\'s line', () => {
  let stack, citizen, clerk, network;

  before(async () => {
    network = new Network(11);
    stack = await Stack.start();
    clerk = await signIn(stack, { width: 1280, height: 720, grain: 0.05 }); // fills a line, as a room does
    ({ citizen } = await takeNumber(stack, { network }));
    await network.set('both', { delay_ms: 10 });
    await connect(citizen, clerk);
  });
  after(async () => {
    await Promise.all([citizen, clerk].map((party) => party?.close()));
    await stack?.stop();
    await network?.stop();
  });

  const lamps = async () => (await Promise.all([citizen.shows('signal'), clerk.shows('citizen-network')].map(async (lamp) => (await lamp).textContent()))).map((words) => words.trim());
  const both = async (word) => {
    const since = Date.now();
    let said;
    await until(async () => (said = await lamps()).every((words) => words.includes(word)), `${word} on both pages`, barMs).catch(async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(said)} ${await citizen.page.evaluate(() => JSON.stringify(window.shipinban.state.quality))}`);
    });
    console.log(`# ${word} on both pages after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  };

  it('is good on a good line', () => both('良好'));

  it('says 较差 on both pages while a quarter of the packets is lost', async () => {
    await network.set('both', { loss: 0.25 });
    await both('较差');
    await citizen.shot('lamp-poor');
    await clerk.shot('lamp-poor-clerk');
  });

  it('says 良好 again when the line is', async () => {
    await network.set('both', { loss: 0 });
    await both('良好');
  });
});
