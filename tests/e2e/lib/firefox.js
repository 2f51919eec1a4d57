/* Real Firefox pages, by WebDriver BiDi; what a test does with them is told in the words of lib/browser.js. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { phone } from './browser.js';
import { opened } from './leftovers.js';
import { Words } from './words.js';

const here = dirname(fileURLToPath(import.meta.url));
const executablePath = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

const prefs = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.peerconnection.ice.loopback': true,
  /* a page of a test is never looked at */
  'dom.timeout.background_throttling_max_budget': -1,
  'dom.min_background_timeout_value': 4,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'media.gmp-manager.updateEnabled': false,
};

export const hasFirefox = existsSync(executablePath);

/** The place of a test id on the page; as much of playwright's locator as the scenarios use. */
class Place {
  constructor(page, selector) {
    this.page = page;
    this.selector = selector;
  }
  textContent() {
    return this.page.$eval(this.selector, (element) => element.textContent);
  }
}

export class FirefoxParty extends Words {
  static async open(url, { viewport = phone, sender = 1, toneHz = 440, fps = 25, width = 640, height = 360, denyCamera = false, lang = 'zh-CN', grain = 0 } = {}) {
    const party = opened(new FirefoxParty());
    party.browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      acceptInsecureCerts: true,
      defaultViewport: viewport,
      extraPrefsFirefox: { ...prefs, 'media.navigator.audio.fake_frequency': toneHz, 'intl.accept_languages': lang, 'intl.locale.requested': lang },
    });
    party.page = await party.browser.newPage();
    party.console = [];
    party.page.on('console', (message) => party.console.push(`${message.type()}: ${message.text()}`));
    party.page.on('pageerror', (error) => party.console.push(`pageerror: ${error}`));
    const options = JSON.stringify({ sender, toneHz, fps, width, height, denyCamera, grain, fakeMicrophone: true });
    const script = await readFile(join(here, 'inject.js'), 'utf8');
    await party.page.evaluateOnNewDocument(`window.__e2eOptions = ${options}; localStorage.setItem('shipinbanDebug', '1');\n${script}`);
    await party.page.goto(url);
    return party;
  }
  async shows(id, ms = 20000) {
    const selector = `[data-testid="${id}"]`;
    await this.page.waitForSelector(selector, { visible: true, timeout: ms }).catch((error) => {
      throw new Error(`${id} did not show: ${error.message.split('\n')[0]}\n${this.console.slice(-20).join('\n')}`);
    });
    return new Place(this.page, selector);
  }
  async tap(id, ms = 20000) {
    const { selector } = await this.shows(id, ms);
    await this.page.locator(selector).setTimeout(ms).click();
  }
  async fill(id, text) {
    const { selector } = await this.shows(id);
    const inner = `${selector} input, ${selector} textarea`;
    await this.page.locator((await this.page.$(inner)) ? inner : selector).fill(text);
  }
}
