// The page as any test sees it: what it says, waiting for that, files and keys.

/** Loading model and engine, on a busy machine. */
export const START_LIMIT_MS = 240_000;
/** Between one action and what it shows. */
export const REACTION_LIMIT_MS = 40_000;
const POLL_MS = 50;

export class Page {
  constructor(page) {
    this.page = page;
  }

  // ---- what the page says

  id(name) {
    return this.page.locator(`[data-testid="${name}"]`);
  }

  /** What an element carries: `data-value`, or its text. Empty when it is not there. */
  async carried(name) {
    return this.page.evaluate((testId) => {
      const element = document.querySelector(`[data-testid="${testId}"]`);
      return element?.getAttribute('data-value') ?? element?.textContent.trim() ?? '';
    }, name);
  }

  /** JSON that an element carries, or `undefined` while there is none. */
  async carriedJson(name) {
    const text = await this.carried(name);
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  status() {
    return this.carried('engine-status');
  }

  /** `webgpu` or `cpu`, once the device is chosen. */
  async device() {
    return this.until('the device badge', async () => {
      const badge = (await this.carried('device-badge')).toLowerCase();
      return ['webgpu', 'cpu'].find((kind) => badge.startsWith(kind));
    }, START_LIMIT_MS);
  }

  /** The error banner's text; empty while it shows no error (remarks stand there too). */
  async banner() {
    return this.page.evaluate(() => {
      const banner = document.querySelector('[data-testid="error-banner"]');
      const isError = banner?.checkVisibility() && banner.dataset.kind !== 'info';
      return isError ? banner.innerText.trim() : '';
    });
  }

  /** All that the page has to tell, remarks too. */
  async notices() {
    return (await this.page.locator('.notices').innerText()).trim();
  }

  async untilBanner(limitMs = REACTION_LIMIT_MS) {
    return this.until('an error banner', () => this.banner(), limitMs);
  }

  /** All live metrics in one look, so that they belong to the same step. */
  async metrics() {
    return this.page.evaluate(() => {
      const number = (name) => {
        const value = document
          .querySelector(`[data-testid="metric-${name}"]`)
          ?.getAttribute('data-value');
        return value === null || value === undefined || value === '' ? NaN : Number(value);
      };
      return {
        step: number('step'),
        loss: number('loss'),
        accuracy: number('accuracy'),
        margin: number('margin'),
        kl: number('kl'),
        tokensPerSecond: number('tokens-per-second'),
      };
    });
  }

  // ---- waiting

  /** Waits until `look` returns something truthy, and returns that. */
  async until(what, look, limitMs = REACTION_LIMIT_MS) {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      if (Date.now() > deadline) {
        throw new Error(
          `waited ${limitMs / 1000} s for ${what}; ` +
            `status "${await this.status()}", banner "${await this.banner()}"`,
        );
      }
      await this.page.waitForTimeout(POLL_MS);
    }
  }

  async untilReady(limitMs = START_LIMIT_MS) {
    await this.until('the engine to be ready', async () => {
      const status = await this.status();
      if (status === 'failed') throw new Error(`the engine failed: ${await this.banner()}`);
      return status === 'ready';
    }, limitMs);
  }

  /** Does `action`, and waits until the engine has been `busy` and is ready again. */
  async whileBusy(busy, action, limitMs) {
    // A run that came back is still at its last number: its end is not that of the next one.
    if ((await this.status()) === busy) await this.untilReady(limitMs);
    const before = await this.#statusesSeen();
    const oldBanner = await this.banner();
    await action();
    await this.until(`${busy} to begin`, async () => {
      const banner = await this.banner();
      if (banner && banner !== oldBanner) throw new Error(`instead of ${busy}: ${banner}`);
      return (await this.#statusesSeen()).slice(before.length).includes(busy);
    });
    await this.untilReady(limitMs);
  }

  /** Keeps every status in order: a short one would fall between two looks. */
  async watchStatus() {
    await this.page.evaluate(() => {
      const seen = (window.__statusesSeen = []);
      const look = () => {
        const element = document.querySelector('[data-testid="engine-status"]');
        const status = element?.getAttribute('data-value') ?? element?.textContent.trim();
        if (status && status !== seen.at(-1)) seen.push(status);
      };
      look();
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: ['data-value'],
      });
    });
  }

  #statusesSeen() {
    return this.page.evaluate(() => window.__statusesSeen);
  }

  // ---- files

  /** Hands files to an input of the page: `[{ name, mimeType, buffer }]`. */
  async chooseFiles(name, files) {
    const control = this.id(name);
    const isInput = await control.evaluate((element) => element.matches('input[type=file]'));
    if (isInput) {
      await control.setInputFiles(files);
      return;
    }
    const chooser = this.page.waitForEvent('filechooser');
    await control.click();
    await (await chooser).setFiles(files);
  }

  // ---- the keyboard

  /** Moves the focus with the tabulator until it stands on the control. */
  async tabTo(name) {
    for (let presses = 0; presses < 200; presses += 1) {
      await this.page.keyboard.press('Tab');
      const focused = await this.page.evaluate(
        () => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid'),
      );
      if (focused === name) return;
    }
    throw new Error(`the tabulator never reached ${name}`);
  }
}
