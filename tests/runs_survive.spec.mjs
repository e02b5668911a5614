// A run that is cut off goes on from its last checkpoint with the numbers it would have had.
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 51 };
const STEPS = 250;

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

/** Ends the engine's worker, which tells nobody. */
async function killEngine(page) {
  const workers = page.workers().filter((worker) => worker.url().includes('engine.js'));
  for (const worker of workers) {
    const name = await worker.evaluate(() => self.name);
    // Its helpers end with it.
    if (name !== 'helper') await worker.evaluate(() => self.close());
  }
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
  await again.until('the run', async () => (await again.notices()).includes('Press play'), 60_000);
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
  expect((await lab.runs()).map(({ name }) => name)).toHaveLength(1);
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
