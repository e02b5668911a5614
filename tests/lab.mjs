// The Lab as a person uses it. Tests speak of labels, runs and answers; the test ids
// of the page stand here, in lab_labels.mjs, lab_looks.mjs and page.mjs alone.

import { expect } from '@playwright/test';
import { LabLooks } from './lab_looks.mjs';
import { START_LIMIT_MS } from './page.mjs';

export class Lab extends LabLooks {
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
}
