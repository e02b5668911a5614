// A run that is cut off goes on from its last checkpoint with the numbers it would have had.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { engineAfter, engineOf } from './engine_script.mjs';
import { killEngine } from './harm.mjs';
import { Lab } from './lab.mjs';
import { stored, storedSteps } from './torture/stored.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 51 };
const STEPS = 160;

/** Labels, and the last loss of a whole run on them. */
async function prepare(lab, steps = STEPS) {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 12 });
  const { loss } = await lab.train({ objective: 'dpo', steps });
  await reset(lab);
  return loss;
}

/** Begins a run and waits until it has taken some steps and been saved. */
async function begin(lab) {
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 20, 60_000);
  expect((await lab.metrics()).step, 'a run under way').toBeLessThan(STEPS / 2);
}

async function reset(lab) {
  await lab.id('train-reset').click();
  await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));
}

async function untilEnd(lab, steps = STEPS) {
  await lab.until('the end of the run', async () => (await lab.metrics()).step === steps, 120_000);
  await lab.untilReady();
}

test('a reload in mid-run goes on by itself, to the same loss', async ({ lab }) => {
  const whole = await prepare(lab);
  await begin(lab);
  await lab.reload();
  await untilEnd(lab);
  expect((await lab.metrics()).loss).toBe(whole);
  expect(await lab.notices()).toContain('goes on from step');
});

test('a run of a closed tab comes back and waits', async ({ lab, page, context, site }) => {
  const whole = await prepare(lab);
  await begin(lab);
  const other = await context.newPage();
  await page.close();
  const again = new Lab(other, site);
  await again.open(OPENED, { ready: false });
  await again.until('the run', async () => (await again.notices()).includes('Press Resume'), 60_000);
  const { step } = await again.metrics();
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThan(STEPS);
  await again.id('train-pause').click();
  await untilEnd(again);
  expect((await again.metrics()).loss).toBe(whole);
});

test('a worker that dies is followed by another, which goes on', async ({ lab, page }) => {
  const whole = await prepare(lab);
  await begin(lab);
  await killEngine(page);
  await lab.until('the news', async () => (await lab.notices()).includes('started again'), 30_000);
  await untilEnd(lab);
  expect((await lab.metrics()).loss).toBe(whole);
  // Its curve has every step, those before the worker died too, here and in the storage.
  const steps = Array.from({ length: STEPS }, (_, index) => index + 1);
  expect(await stepsOfCurve(page, lab)).toEqual(steps);
  await lab.reload();
  await lab.until('the run', async () => (await lab.metrics()).step === STEPS, 60_000);
  expect(await stepsOfCurve(page, lab)).toEqual(steps);
});

/** The steps of the last run that the chart of the loss has as CSV. */
async function stepsOfCurve(page, lab) {
  const csv = lab.id('chart-loss-csv');
  if (!(await csv.isVisible())) await lab.id('chart-loss').locator('summary').click();
  const [download] = await Promise.all([page.waitForEvent('download'), csv.click()]);
  const lines = fs.readFileSync(await download.path(), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(',')[0]));
}

test('a reload after some seconds of slow steps loses few of them', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '200');
  await lab.id('train-speed').selectOption('10');
  await lab.id('train-start').click();
  await lab.until('14 steps', async () => (await lab.metrics()).step >= 14, 60_000);
  await lab.reload();
  await lab.until('the run', async () => (await lab.notices()).includes('goes on from step'), 60_000);
  const [, from] = /goes on from step (\d+)/.exec(await lab.notices());
  expect(Number(from)).toBeGreaterThanOrEqual(10);
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('a run that waits at its own pace is saved where it waits', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '200');
  await lab.id('train-speed').selectOption('10');
  await lab.id('train-start').click();
  await lab.until('some steps', async () => (await lab.metrics()).step >= 4, 60_000);
  await lab.id('train-pause').click();
  await lab.until('a pause', async () => (await lab.status()) === 'paused');
  const { step } = await lab.metrics();
  await lab.until('its last step', async () => (await storedSteps(page)).at(-1) >= step);
  await lab.reload();
  await lab.until('the run', async () => (await lab.notices()).includes('is back at step'), 60_000);
  expect((await lab.metrics()).step).toBeGreaterThanOrEqual(step);
});

test('a run that was removed and brought back is back after a reload too', async ({ lab, page }) => {
  await prepare(lab, 20);
  await lab.type('steps-input', '2000');
  await begin(lab);
  await lab.id('train-stop').click();
  await lab.untilReady();
  const before = await lab.metrics();
  const [{ id }] = await lab.runs();
  const checkpoints = async () => (await stored(page)).records.checkpoints;
  await lab.until('both checkpoints', async () => (await checkpoints()) === 2);
  await lab.run(id).getByTestId('run-remove').click();
  await lab.until('one to go', async () => (await checkpoints()) === 1);
  await lab.id('runs-undo').click();
  await lab.until('it to be back', async () => (await checkpoints()) === 2);
  await lab.reload();
  await lab.until('the run', async () => (await lab.metrics()).step === before.step, 30_000);
  expect((await lab.metrics()).loss).toBe(before.loss);
});

test('a run that was stopped by hand is back after a reload, with all it had', async ({
  lab,
  page,
}) => {
  await prepare(lab, 20);
  await lab.type('steps-input', '2000');
  await begin(lab);
  await lab.id('train-stop').click();
  await lab.untilReady();
  const before = { metrics: await lab.metrics(), heatmap: await lab.heatmap() };
  const steps = await stepsOfCurve(page, lab);
  expect(steps.at(-1)).toBe(before.metrics.step);
  await lab.reload();
  await lab.until('the run', async () => (await lab.metrics()).step === before.metrics.step, 30_000);
  expect((await lab.metrics()).loss).toBe(before.metrics.loss);
  expect(await stepsOfCurve(page, lab)).toEqual(steps);
  await lab.until('the heat map', async () => {
    const after = await lab.heatmap();
    return JSON.stringify(after) === JSON.stringify(before.heatmap);
  });
});

test.describe('where the engine says late that it is ready', () => {
  // After the model is loaded every further message waits, in its order.
  test.use(
    engineAfter(`{
      const post = self.postMessage.bind(self);
      let held;
      self.postMessage = (data, transfer) => {
        if (held) held.push([data, transfer]);
        else post(data, transfer);
        if (data?.json?.includes('"model_loaded"')) {
          held = [];
          self.letGo = () => {
            const waiting = held;
            held = undefined;
            for (const message of waiting) post(...message);
          };
        }
      };
    }`),
  );

  test('a run comes back, whatever is read first', async ({ lab, page }) => {
    const letGo = async () => {
      const engine = await engineOf(page);
      await lab.until('the model', () => engine.evaluate(() => Boolean(self.letGo)), 60_000);
      await engine.evaluate(() => self.letGo());
    };
    await lab.open(OPENED, { ready: false });
    await lab.until('an engine', () => engineOf(page).catch(() => false));
    await letGo();
    await lab.untilReady();
    await lab.autolabel({ principle: 'short', count: 8 });
    await lab.train({ objective: 'dpo', steps: 10 });

    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(/_part_runs\.wasm$/, async (route) => {
      await held;
      await route.continue();
    });
    // Pairs to label come after the stored runs.
    await page.reload();
    await lab.watchStatus();
    await lab.until('an engine', () => engineOf(page).catch(() => false));
    const engine = await engineOf(page);
    await lab.until('the model', () => engine.evaluate(() => Boolean(self.letGo)), 60_000);
    await page.waitForTimeout(500);
    release();
    await lab.until('the stored runs', async () => (await lab.runs()).length === 1);
    await page.waitForTimeout(500);
    await engine.evaluate(() => self.letGo());
    await lab.until('the run', async () => (await lab.metrics()).step === 10, 30_000);
  });
});

test('what a finished run has learnt is there after a reload', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 12 });
  const { loss } = await lab.train({ objective: 'dpo', steps: 30 });
  const before = await lab.heatmap();
  await lab.reload();
  await lab.untilReady();
  await lab.until('the run', async () => (await lab.metrics()).step === 30, 30_000);
  expect((await lab.metrics()).loss).toBe(loss);
  await lab.until('the heat map', async () => {
    const after = await lab.heatmap();
    return JSON.stringify(after) === JSON.stringify(before);
  });
  await lab.listedRuns(1);
  // Once it is reset it stays so.
  await reset(lab);
  await lab.reload();
  await lab.untilReady();
  expect((await lab.metrics()).step).toBeNaN();
});

test('another tab leaves a run alone that this one trains', async ({ lab, context, site }) => {
  await prepare(lab, 20);
  await lab.type('steps-input', '2000');
  await begin(lab);
  const other = new Lab(await context.newPage(), site);
  await other.open(OPENED, { ready: false });
  await other.until('the news', async () => (await other.notices()).includes('another tab'), 60_000);
  expect((await other.metrics()).step).toBeNaN();
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('a lock that comes after its run has ended is let go', async ({ lab, page }) => {
  await page.addInitScript(() => {
    const request = LockManager.prototype.request;
    LockManager.prototype.request = function (name, ...rest) {
      if (!name.startsWith('tilt-run-')) return request.call(this, name, ...rest);
      window.locksAsked = (window.locksAsked ?? 0) + 1;
      return new Promise((resolve) => {
        window.grant = () => resolve(request.call(this, name, ...rest));
      });
    };
  });
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.train({ objective: 'dpo', steps: 2 });
  const held = () =>
    page.evaluate(async () => {
      const { held } = await navigator.locks.query();
      return held.filter(({ name }) => name.startsWith('tilt-run-')).length;
    });
  await page.evaluate(() => {
    if (window.locksAsked !== 1) throw new Error(`${window.locksAsked} locks asked for`);
    window.grant();
  });
  await lab.until('no lock', async () => (await held()) === 0, 5_000);
  await page.waitForTimeout(300);
  expect(await held()).toBe(0);
});
