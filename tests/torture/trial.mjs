// One trial: a browser of its own, a lab in it, and an ear for whatever nobody expected.
import { chromium } from '@playwright/test';
import { Lab } from '../lab.mjs';
import { CHROMIUM_FLAGS, isOfPlaywright, WEBGPU_FLAGS } from '../playwright.config.mjs';
import { serveSite } from '../static_site.mjs';
import { Random } from './random.mjs';
import { stored } from './stored.mjs';

const SOON_MS = 60_000;
const LONG_MS = 300_000;

export class Trial {
  constructor(seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.complaints = [];
    /** What a kind brings about on purpose: regular expressions. */
    this.expected = [];
    /** What was done, for whoever reads a failure. */
    this.story = [];
  }

  tell(what) {
    this.story.push(what);
  }

  async begin({ device = 'cpu', replaced = {}, script } = {}) {
    this.site = await serveSite({ replaced });
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: device === 'webgpu' ? [...CHROMIUM_FLAGS, ...WEBGPU_FLAGS] : CHROMIUM_FLAGS,
    });
    this.context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    if (script) await this.context.addInitScript(script);
    const note = (text) => isOfPlaywright(text) || this.complaints.push(text);
    this.context.on('console', (message) => {
      if (['error', 'warning', 'assert'].includes(message.type())) note(`console: ${message.text()}`);
    });
    this.context.on('weberror', (error) => note(`page error: ${error.error().stack}`));
    this.opened = { device, model: 'nano', seed: this.seed };
    this.lab = await this.newTab();
    await this.lab.open(this.opened);
  }

  async newTab() {
    return new Lab(await this.context.newPage(), this.site);
  }

  async end() {
    await this.browser?.close();
    await this.site?.close();
  }

  // ---- what a person does

  /** Some labels by hand. */
  async label(count) {
    this.tell(`label ${count}`);
    for (let done = 0; done < count; done += 1) {
      await this.lab.label(this.random.choose(['1', '2', '3', '4', '5']));
    }
  }

  /** Labels of one judge: enough to train on. */
  async judge(count) {
    const principle = this.random.choose(['short', 'polite', 'direct']);
    this.tell(`judge ${count} by ${principle}`);
    await this.lab.autolabel({ principle, count });
  }

  async beginRun(steps) {
    this.tell(`train ${steps}`);
    await this.lab.type('steps-input', String(steps));
    await this.lab.id('train-start').click();
  }

  async untilStep(step, limitMs = LONG_MS) {
    await this.lab.until(
      `step ${step}`,
      async () => (await this.lab.metrics()).step >= step,
      limitMs,
    );
  }

  /** The run's last numbers: metrics and the heat map, to the last digit. */
  async outcome(steps) {
    await this.untilStep(steps);
    await this.lab.untilReady();
    const { step, loss, accuracy, margin } = await this.lab.metrics();
    return { step, loss, accuracy, margin, heat: await this.settledHeatmap() };
  }

  /** The views follow the last step after a moment. */
  async settledHeatmap() {
    let last = '';
    return this.lab.until('a heat map that stays', async () => {
      const now = JSON.stringify(await this.lab.heatmap());
      const stays = now === last && now;
      last = now;
      await this.lab.page.waitForTimeout(300);
      return stays;
    }, SOON_MS);
  }

  /** What an uninterrupted run of so many steps comes to; the policy is the reference again. */
  async wholeRun(steps) {
    await this.beginRun(steps);
    const outcome = await this.outcome(steps);
    await this.reset();
    return outcome;
  }

  async reset() {
    await this.lab.id('train-reset').click();
    await this.lab.until('the reset', async () => Number.isNaN((await this.lab.metrics()).step));
  }

  /** A run that waits is told to go on; one that runs, or is at its end, is left alone. */
  async goOn(steps) {
    await this.lab.until('the run to be there', async () => {
      const status = await this.lab.status();
      if (status === 'paused') await this.lab.id('train-pause').click();
      // A run that came back shows its step before the engine says that it waits.
      const isOver = status === 'ready' && (await this.lab.metrics()).step >= steps;
      return ['training', 'paused'].includes(status) || isOver;
    }, 2 * SOON_MS);
  }

  // ---- what has to hold

  check(holds, what) {
    if (!holds) throw new Error(what);
  }

  /** Every label that was there is there, on the screen and in the storage. */
  async labelsAreThere(before) {
    const count = Object.keys(before).length;
    await this.lab.until(`${count} labels`, async () => (await this.lab.labelCount()) >= count, SOON_MS);
    const labels = await this.storedLabels();
    for (const [key, json] of Object.entries(before)) {
      this.check(labels[key] === json, `label ${key} was ${json} and is ${labels[key]}`);
    }
  }

  /** The labels in the storage, once it holds as many as the screen shows. */
  async storedLabels() {
    return this.lab.until('all labels in the storage', async () => {
      const labels = await this.labelsNow();
      return Object.keys(labels).length === (await this.lab.labelCount()) && labels;
    }, SOON_MS);
  }

  async labelsNow() {
    return (await stored(this.lab.page)).labels;
  }

  same(found, wanted) {
    const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
    this.check(a === b, `the run came to ${a.slice(0, 400)}, uninterrupted to ${b.slice(0, 400)}`);
  }

  nothingUnexplained() {
    const unexplained = this.complaints.filter(
      (complaint) => !this.expected.some((expected) => expected.test(complaint)),
    );
    this.check(unexplained.length === 0, `unexplained: ${unexplained.join('\n')}`);
  }
}
