/* What a test does with a page in any browser; the rest of the words (shows, tap, fill) are each browser's own. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const out = join(dirname(fileURLToPath(import.meta.url)), '../out');

export class Words {
  /** Picks an option of a select: the option carries its own test id, `<id>-<value>`. */
  async choose(id, value) {
    await this.tap(id);
    await this.tap(`${id}-${value}`);
  }
  async shot(name, folder = out) {
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
  async close() {
    await this.browser?.close();
  }
}
