// The Lab as a person uses it. Tests speak of labels, runs and answers; the test ids
// of the page stand here and in page.mjs alone.

import { expect } from '@playwright/test';
import { Page, START_LIMIT_MS } from './page.mjs';

export class Lab extends Page {
  constructor(page, site) {
    super(page);
    this.site = site;
  }

  /**
   * Opens the page with URL parameters, for example `{ device: 'cpu', model: 'nano' }`,
   * and waits until there is a pair to label, with `ready` also until the model is loaded.
   */
  async open(parameters = {}, { ready = true } = {}) {
    const query = new URLSearchParams(parameters).toString();
    await this.page.goto(this.site.url + (query && `?${query}`));
    await this.watchStatus();
    await this.until('a pair to label', () => this.pair(), START_LIMIT_MS);
    if (!ready) return;
    await this.untilReady();
    expect(await this.banner(), 'the banner of a page that just opened').toBe('');
  }

  async reload() {
    await this.page.reload();
    await this.watchStatus();
    await this.until('a pair to label', () => this.pair(), START_LIMIT_MS);
  }

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

  // ---- training

  async chooseObjective(slug) {
    await this.id('objective-select').selectOption(slug);
  }

  /** The drawer under the formula. */
  async openDrawer() {
    if (await this.id('parameters').isVisible()) return;
    await this.page.locator('#formula > summary').click();
    await this.id('parameters').waitFor();
  }

  async #openParameter(name) {
    await this.openDrawer();
    if (await this.id(`parameter-${name}`).isVisible()) return;
    await this.id('optimiser').locator('summary').click();
    await this.id(`parameter-${name}`).waitFor();
  }

  /** Types a value for one of the objective's or the optimiser's parameters. */
  async setParameter(name, text) {
    await this.#openParameter(name);
    await this.type(`parameter-${name}`, text);
  }

  /** Like `setParameter`, for what is chosen from a list. */
  async chooseParameter(name, value) {
    await this.#openParameter(name);
    await this.id(`parameter-${name}`).selectOption(value);
  }

  async trlConfig() {
    await this.openDrawer();
    return JSON.parse(await this.id('trl-config').textContent());
  }

  /** The runs of the visit, the latest first. */
  async runs() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('[data-testid="runs-list"] [data-run-id]')].map((row) => ({
        id: row.dataset.runId,
        name: row.querySelector('[data-testid="run-name"]').value,
        style: row.querySelector('.run-swatch').className,
        loss: parseFloat(row.querySelector('.run-facts dd').textContent.replace('\u2212', '-')),
        isPinned: row.querySelector('[data-testid="run-pin"]').ariaPressed === 'true',
        changes: [...row.querySelectorAll('[data-testid="run-changes"] li')].map((change) =>
          change.textContent.trim(),
        ),
      })),
    );
  }

  /** The same, once there are `count`: the list comes in a part of its own, with the first run. */
  async listedRuns(count) {
    return this.until(`${count} runs in the list`, async () => {
      const runs = await this.runs();
      return runs.length === count && runs;
    });
  }

  run(id) {
    return this.id('runs-list').locator(`[data-run-id="${id}"]`);
  }

  /** Types over what a field holds, as a person does; the field may refuse letters. */
  async type(name, text) {
    await this.id(name).click();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.type(text);
    await this.id(name).blur();
  }

  /** Trains to the end and returns the last metrics. */
  async train({ objective, steps, limitMs = 300_000 } = {}) {
    if (objective) await this.chooseObjective(objective);
    if (steps) await this.type('steps-input', String(steps));
    await this.whileBusy('training', () => this.id('train-start').click(), limitMs);
    return this.metrics();
  }

  /** Takes one step of a paused run (the first starts one) and returns its metrics. */
  async step(limitMs = 60_000) {
    const { step } = await this.metrics();
    const next = Number.isNaN(step) ? 1 : step + 1;
    await this.id('train-step').click();
    return this.until(`step ${next}`, async () => {
      const metrics = await this.metrics();
      return metrics.step === next && !Number.isNaN(metrics.loss) && metrics;
    }, limitMs);
  }

  // ---- looking

  /** The log-ratios of the selected pair's tokens, in nats. */
  async heatmap() {
    return this.until('the heat map', async () => {
      const numbers = numbersIn(await this.carriedJson('heatmap'));
      return numbers.length > 0 && numbers;
    });
  }

  /** The log-ratios of both sides as the heat map carries them, in nats. */
  async heatmapSides() {
    const ratios = await this.heatmap();
    const chosen = await this.page.locator('.heat-chosen .token').count();
    return { chosen: ratios.slice(0, chosen), rejected: ratios.slice(chosen) };
  }

  /** Points at a token of the heat map; returns its log-ratio. */
  async pointAtToken(side, index) {
    await this.page.locator(`.heat-${side} .token`).nth(index).click();
    return (await this.heatmapSides())[side][index];
  }

  /** Next-token probabilities at the token that the reader points at. */
  async nextTokens() {
    return this.until('the next-token bars', async () => {
      const bars = await this.carriedJson('next-token-bars');
      return Array.isArray(bars) && bars.length > 0 && bars;
    });
  }

  /** The last point of the log-prob chart; `undefined` while there is none. */
  async lastLogps() {
    const point = await this.carriedJson('chart-logps');
    return point && typeof point === 'object' ? point : undefined;
  }

  /** One answer each of policy and reference to `prompt`. */
  async compare(prompt, limitMs = 60_000) {
    await this.id('sample-prompt').fill(prompt);
    await this.whileBusy('sampling', () => this.id('sample-run').click(), limitMs);
    return this.samples();
  }

  async samples() {
    return this.until('two samples', async () => {
      const policy = (await this.id('sample-policy').innerText()).trim();
      const reference = (await this.id('sample-reference').innerText()).trim();
      return policy && reference && { policy, reference };
    });
  }

  // ---- the closed form

  /** What the closed form shows: `[{ answer, reward, reference, optimum, policy }]`. */
  async closedBars(isWanted = () => true) {
    return this.until('the bars of the closed form', async () => {
      const bars = await this.carriedJson('closed-bars');
      return Array.isArray(bars) && bars.length > 0 && isWanted(bars) && bars;
    });
  }

  async closedBeta() {
    return Number(await this.carried('closed-beta'));
  }

  /** Moves the slider of beta; its scale is the logarithm to base ten. */
  async setClosedBeta(beta) {
    await this.id('closed-beta').fill(String(Math.log10(beta)));
  }

  /** Moves the reward of one answer, counted from 0. */
  async setReward(index, reward) {
    await this.id('closed-reward').nth(index).fill(String(reward));
  }

  async addCandidate(answer) {
    const { length } = await this.closedBars();
    await this.id('closed-answer').fill(answer);
    await this.id('closed-add').click();
    return this.closedBars((bars) => bars.length === length + 1);
  }

  // ---- looking back

  /** Looks at the selected pair as it was at `step`; the slider's end follows the latest. */
  async scrubTo(step) {
    await this.id('bars-scrub').fill(String(step));
  }

  async scrubSpan() {
    return this.id('bars-scrub').evaluate(({ min, max, value, disabled }) => ({
      first: Number(min),
      latest: Number(max),
      shown: Number(value),
      disabled,
    }));
  }

  // ---- the benchmark

  /** What a finished benchmark carries. */
  async benchResult(limitMs = 120_000) {
    return this.until('the result of the benchmark', async () => {
      const error = await this.carried('bench-error');
      if (error) throw new Error(`the benchmark failed: ${error}`);
      return this.carriedJson('bench-result');
    }, limitMs);
  }

  /** The lab samples pairs by itself now and then; a benchmark waits for that. */
  async untilBenchMayRun() {
    await this.until('the benchmark to be free to run', async () => {
      return (await this.id('bench-run').getAttribute('aria-disabled')) !== 'true';
    });
  }

  /** Sets fields of the benchmark, `{ workers: 2 }`, runs it and waits for its end. */
  async bench(fields = {}, limitMs = 120_000) {
    for (const [name, value] of Object.entries(fields)) {
      await this.id(`bench-${name}`).fill(String(value));
    }
    await this.untilBenchMayRun();
    await this.id('bench-run').click();
    await this.until('the benchmark to begin', async () => !(await this.carriedJson('bench-result')));
    return this.benchResult(limitMs);
  }

  // ---- levels

  async chooseLevel(level) {
    await this.id('level-select').locator(`[data-level="${level}"]`).click();
  }

  // ---- the blind test

  /** Draws two answers and guesses a side; returns both and what the page says. */
  async guessBlind(side, limitMs = 60_000) {
    const before = Number((await this.id('blind-result').getAttribute('data-n')) ?? 0);
    await this.whileBusy('sampling', () => this.id('blind-start').click(), limitMs);
    const [left, right] = await this.until('two answers', async () => {
      const choices = [this.id('blind-left'), this.id('blind-right')];
      const texts = [];
      for (const choice of choices) {
        if (!(await choice.isVisible())) return false;
        texts.push((await choice.locator('.answer-text').innerText()).trim());
      }
      return texts.every(Boolean) && texts;
    });
    await this.id(`blind-${side}`).click();
    return this.until('the result', async () => {
      const result = await this.id('blind-result').evaluate((element) => ({
        right: Number(element.dataset.value),
        total: Number(element.dataset.n ?? 0),
        chance: Number(element.dataset.chance),
        text: element.innerText.trim(),
      }));
      return result.total === before + 1 && { ...result, answers: { left, right } };
    });
  }

  /** Measures the win rate to the end. */
  async winRate(principle, limitMs = 240_000) {
    if (principle) await this.id('winrate-principle').selectOption(principle);
    await this.whileBusy('evaluating', () => this.id('winrate-run').click(), limitMs);
    return this.id('winrate-value').evaluate((element) => {
      const number = (name) => {
        const text = element.getAttribute(name);
        return text === null || text === '' ? NaN : Number(text);
      };
      return {
        rate: number('data-value'),
        decisive: number('data-n'),
        ties: number('data-ties'),
        policyRate: number('data-policy-rate'),
        referenceRate: number('data-reference-rate'),
      };
    });
  }
}

function numbersIn(value) {
  if (typeof value === 'number') return [value];
  if (value && typeof value === 'object') return Object.values(value).flatMap(numbersIn);
  return [];
}
