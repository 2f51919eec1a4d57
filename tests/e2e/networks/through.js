/* The same call through us: the citizen is the one behind the bad network. */
import { Network } from '../lib/network.js';
import { connect, signIn, takeNumber } from '../lib/scenario.js';

export class ServedCall {
  static name = 'through us';

  static async start(stack, options) {
    const call = new ServedCall();
    call.network = new Network(options.seed);
    call.far = await signIn(stack, options);
    ({ citizen: call.near } = await takeNumber(stack, { ...options, network: call.network }));
    await call.network.set('both', { delay_ms: 20 });
    await connect(call.near, call.far);
    return call;
  }
  towards = 'down';
  away = 'up';
  stats(party) {
    return party.page.evaluate(async () => [...(await window.shipinban.pc.getStats()).values()]);
  }
  async stop() {
    await this.near?.close();
    await this.far?.close();
    await this.network?.stop();
  }
}
