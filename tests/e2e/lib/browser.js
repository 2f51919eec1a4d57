/* Real Chromium pages with a painted camera and a tone for a voice. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { opened } from './leftovers.js';
import { Words } from './words.js';

const here = dirname(fileURLToPath(import.meta.url));

const flags = [
  '--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--mute-audio', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

export const phone = { width: 390, height: 844 };
export const desk = { width: 1440, height: 900 };

/** A browser of its own with one page, so that no page is ever in the background of another. */
export class Party extends Words {
  static async open(url, { viewport = phone, sender = 1, toneHz = 440, fps = 25, width = 640, height = 360, denyCamera = false, lang = 'zh-CN', portrait = null, elder = false, network = null, grain = 0, red = true, papers = null, flags: more = [], device = null } = {}) {
    const party = opened(new Party());
    party.browser = await chromium.launch({ executablePath: device?.browser ?? process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...flags, ...more] });
    party.context = await party.browser.newContext({ ignoreHTTPSErrors: true, viewport, locale: lang, permissions: ['camera', 'microphone'] });
    await party.context.addInitScript((options) => {
      window.__e2eOptions = options;
      localStorage.setItem('shipinbanDebug', '1');
    }, { sender, toneHz, fps, width, height, denyCamera, portrait, grain, red, papers });
    await party.context.addInitScript({ path: join(here, 'inject.js') });
    if (network) await party.context.exposeFunction('e2eRelay', (address) => network.through(address));
    party.page = await party.context.newPage();
    party.console = [];
    party.page.on('console', (message) => party.console.push(`${message.type()}: ${message.text()}`));
    party.page.on('pageerror', (error) => party.console.push(`pageerror: ${error}`));
    await party.page.goto(url);
    if (elder) await party.tap('elder-switch');
    return party;
  }
  byTestId(id) {
    return this.page.locator(`[data-testid="${id}"]`);
  }
  async shows(id, ms = 20000) {
    const place = this.byTestId(id).first();
    await place.waitFor({ state: 'visible', timeout: ms }).catch((error) => {
      throw new Error(`${id} did not show: ${error.message.split('\n')[0]}\n${this.console.slice(-20).join('\n')}`);
    });
    return place;
  }
  async tap(id, ms) {
    await (await this.shows(id, ms)).click();
  }
  async fill(id, text) {
    const place = await this.shows(id);
    const inner = place.locator('input, textarea');
    await ((await inner.count()) ? inner.first() : place).fill(text);
  }
}
