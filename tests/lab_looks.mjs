// What a person looks at in the Lab: see lab.mjs.

import { LabLabels } from './lab_labels.mjs';

export class LabLooks extends LabLabels {
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
