// The Lab's labels and data as a person uses them: see lab.mjs.

import { Page, START_LIMIT_MS } from './page.mjs';

export class LabLabels extends Page {
  // ---- labelling

  /** The pair on the screen; `undefined` while there is none to judge. */
  async pair() {
    return this.page.evaluate(() => {
      const find = (name) => document.querySelector(`[data-testid="${name}"]`);
      const [prompt, a, b] = ['label-prompt', 'label-a', 'label-b'].map(find);
      if (!a || a.disabled || a.ariaDisabled === 'true') return undefined;
      return { prompt: prompt.innerText.trim(), a: a.innerText.trim(), b: b.innerText.trim() };
    });
  }

  async labelCount() {
    return Number((await this.carried('label-count')) || 0);
  }

  /** Stored labels are read after the page is there. */
  async untilLabelCount(count) {
    await this.until(`${count} labels`, async () => (await this.labelCount()) === count);
  }

  /** Presses a verdict's key and waits until it is counted and the next pair is there. */
  async label(key) {
    // A pair that comes again is a check, not a label: passed over.
    while (await this.isShownAgain()) await this.skip();
    const before = await this.pair();
    const count = await this.labelCount();
    await this.page.keyboard.press(key);
    await this.untilLabelCount(count + 1);
    await this.#untilNextPair(before);
  }

  async skip() {
    const before = await this.pair();
    await this.page.keyboard.press('s');
    await this.#untilNextPair(before);
  }

  /** Takes the last change back, which added one label, or removed `removed` of them. */
  async undo(removed = -1) {
    const count = await this.labelCount();
    await this.page.keyboard.press('u');
    await this.untilLabelCount(count + removed);
  }

  /** Presses redo and waits until a label more is counted. */
  async redo() {
    const count = await this.labelCount();
    await this.page.keyboard.press('r');
    await this.untilLabelCount(count + 1);
  }

  /** The pair on the screen has a label, and stands there with its sides swapped. */
  async isShownAgain() {
    return (await this.id('label-prompt').getAttribute('data-again')) === 'true';
  }

  /** The rows of the table of labels, the latest first: `[{ verdict, text, by }]`. */
  async labels() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('[data-testid="verdicts-table"] tbody tr')]
        .filter((row) => row.checkVisibility())
        .map((row) => ({
          verdict: row.querySelector('[data-testid="verdict-select"]').value,
          text: row.querySelector('[data-testid="verdict-show"]').innerText.trim(),
          by: row.querySelector('.verdict-by').innerText.trim(),
        })),
    );
  }

  /** Waits until the table shows these verdicts, the latest first. */
  async untilVerdicts(...verdicts) {
    await this.until(`the verdicts ${verdicts.join(', ')}`, async () => {
      const shown = (await this.labels()).map(({ verdict }) => verdict);
      return JSON.stringify(shown) === JSON.stringify(verdicts);
    });
  }

  /** Gives the label of a row (0 is the latest) another verdict. */
  async changeVerdict(row, verdict) {
    await this.id('verdict-select').nth(row).selectOption(verdict);
    await this.until('the verdict', async () => (await this.labels())[row]?.verdict === verdict);
  }

  async deleteLabel(row) {
    const count = await this.labelCount();
    await this.id('verdict-delete').nth(row).click();
    await this.untilLabelCount(count - 1);
  }

  /** Fills in a pair of one's own and adds it. */
  async write({ prompt, a, b }) {
    if (!(await this.id('write-prompt').isVisible())) await this.id('write-open').click();
    await this.id('write-prompt').fill(prompt);
    await this.id('write-a').fill(a);
    await this.id('write-b').fill(b);
    await this.id('write-add').click();
  }

  #untilNextPair(before) {
    return this.until('the next pair', async () => {
      const pair = await this.pair();
      return pair && JSON.stringify(pair) !== JSON.stringify(before);
    }, START_LIMIT_MS);
  }

  /** Labels `count` pairs with the keyboard, always preferring the shorter answer. */
  async labelShorter(count) {
    const words = (text) => text.split(/\s+/).length;
    for (let labelled = 0, looked = 0; labelled < count; looked += 1) {
      if (looked > 10 * count) throw new Error('nearly all pairs have answers of equal length');
      const { a, b } = await this.until('a pair', () => this.pair(), START_LIMIT_MS);
      if (words(a) === words(b)) {
        await this.skip();
        continue;
      }
      await this.label(words(a) < words(b) ? '1' : '2');
      labelled += 1;
    }
  }

  /** Lets the judge label, by further principles too: `others` as `[{ principle, weight }]`. */
  async autolabel({ principle, count, noise = 0, others = [], lengthBias = 0 }) {
    const before = await this.labelCount();
    const choice = this.id('autolabel-principle');
    if (!(await choice.isVisible())) await this.id('autolabel-open').click();
    await choice.selectOption(principle);
    await this.id('autolabel-count').fill(String(count));
    await this.id('autolabel-noise').fill(String(noise));
    if (others.length > 0 || lengthBias !== 0) await this.#tellMore(others, lengthBias);
    await this.whileBusy('labelling', () => this.id('autolabel-run').click(), 180_000);
    await this.until('the labels', async () => (await this.labelCount()) >= before + count);
  }

  /** Opens what else moves the judge, and fills it in. */
  async #tellMore(others, lengthBias) {
    const bias = this.id('autolabel-length-bias');
    if (!(await bias.isVisible())) await this.id('autolabel-more').click();
    await bias.fill(String(lengthBias));
    const rows = this.id('autolabel-other');
    for (const { principle, weight } of others) {
      const row = await rows.count();
      await this.id('autolabel-add').click();
      await this.until('a row for a principle', async () => (await rows.count()) === row + 1);
      await rows.nth(row).selectOption(principle);
      await this.id('autolabel-weight').nth(row).fill(String(weight));
    }
  }

  // ---- the data

  /** Adds a practice set, also beside another; afterwards there are `count` labels. */
  async importSet(slug, count) {
    await this.id('data-set').selectOption(slug);
    await this.until(`${count} labels`, async () => {
      const all = this.id('import-all');
      if (await all.isVisible()) await all.click();
      return (await this.labelCount()) === count;
    });
  }

  /** The findings that are shown: `{ ties: { severity, value, count }, ... }`. */
  async findings() {
    return this.page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll('[data-testid="finding"]')].map(({ dataset }) => [
          dataset.kind,
          {
            severity: dataset.severity,
            value: Number(dataset.value),
            count: Number(dataset.count),
          },
        ]),
      ),
    );
  }

  finding(kind) {
    return this.page.locator(`[data-testid="finding"][data-kind="${kind}"]`);
  }

  /** Waits for a report on the labels as they are, `count` of them. */
  async untilReported(count, limitMs = 60_000) {
    const report = this.id('data-report');
    await this.until(`a report on ${count} labels`, async () => {
      const isCurrent = (await report.getAttribute('data-current')) === 'true';
      return isCurrent && (await report.getAttribute('data-value')) === String(count);
    }, limitMs);
  }

  /** Asks what the data is like, and returns the findings. */
  async dataReport(limitMs = 60_000) {
    await this.whileBusy('evaluating', () => this.id('data-report-run').click(), limitMs);
    await this.untilReported(await this.labelCount(), limitMs);
    return this.findings();
  }

  /** Applies the filter of a finding, which leaves `left` labels. */
  async filterBy(kind, left) {
    await this.finding(kind).getByTestId('finding-filter').click();
    await this.untilReported(left);
    await this.untilLabelCount(left);
  }

  /** What the page says of the file that came in: `{ rows, good, refused, taken }`. */
  async untilImported() {
    return this.until('the report of the file', () => this.carriedJson('import-report'), 60_000);
  }
}
