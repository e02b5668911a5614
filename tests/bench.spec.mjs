// The benchmark: the specified step has the specified losses, and what is counted is true.
import { expect, test } from './fixtures.mjs';
import { faults, sideways } from './look.mjs';

const WARM_UP = 5;

test('the URL opens and runs it: the specified step has its losses', async ({ lab }) => {
  await lab.open({ bench: 1, device: 'cpu', model: 'nano', tied: 0, workers: 1, simd: 'plain' });
  const result = await lab.benchResult();
  expect(result.losses).toHaveLength(WARM_UP + 20);
  for (const [step, loss, tolerance] of [
    [0, 6.25389, 1e-4],
    [4, 6.2089, 1e-3],
    [24, 5.4106, 5e-3],
  ]) {
    expect(Math.abs(result.losses[step] - loss), `step ${step}`).toBeLessThan(tolerance);
  }
  expect(result).toMatchObject({ device: 'cpu', parameters: 932608, workers: 1, simd: 'plain' });
  expect(result.dispatches_per_step).toBeNull();
  expect(result.gpu_bytes).toBeNull();
  expect(result.min_ms).toBeGreaterThan(0);
  expect(result.median_ms).toBeGreaterThanOrEqual(result.min_ms);
  const tokens = (8 * 64 * 1000) / result.median_ms;
  expect(result.tokens_per_s / tokens).toBeCloseTo(1, 6);
});

test('from the badge, by keyboard: cancelled, and shared by two workers', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano' });
  await lab.id('device-badge').focus();
  await lab.page.keyboard.press('Enter');
  const shape = { layers: 2, d_model: 64, vocab: 64, context: 32, steps: 4 };

  await lab.id('bench-steps').fill('10000');
  await lab.untilBenchMayRun();
  await lab.tabTo('bench-run');
  await lab.page.keyboard.press('Enter');
  await lab.until('a step', async () => /step \d/.test(await lab.carried('bench-progress')));
  await lab.tabTo('bench-cancel');
  await lab.page.keyboard.press('Enter');
  await lab.until('the end', async () => (await lab.carried('bench-progress')) === '');

  const alone = await lab.bench({ ...shape, workers: 1 });
  const shared = await lab.bench({ workers: 3 });
  expect([alone.workers, shared.workers]).toEqual([1, 3]);
  expect(alone.losses).toHaveLength(WARM_UP + shape.steps);
  expect(shared.losses).toHaveLength(alone.losses.length);
  expect(alone.losses.at(-1)).toBeLessThan(alone.losses[0]);
  for (const [step, loss] of alone.losses.entries()) {
    expect(Math.abs(shared.losses[step] - loss), `step ${step}`).toBeLessThan(1e-5);
  }
  // Beside it the lab goes on.
  await lab.labelShorter(2);

  await lab.id('bench-heads').fill('5');
  await expect(lab.id('bench-d_model')).toHaveAttribute('aria-invalid', 'true');
  await expect(lab.id('bench-run')).toHaveAttribute('aria-disabled', 'true');
});

test('DPO over pairs starts at ln 2', async ({ lab }) => {
  const shape = { layers: 1, d_model: 32, vocab: 64, context: 32, steps: 2 };
  await lab.open({ bench: 1, objective: 'dpo', device: 'cpu', model: 'nano', ...shape });
  const { losses, settings } = await lab.benchResult();
  expect(settings.objective).toBe('dpo');
  expect(Math.abs(losses[0] - Math.LN2)).toBeLessThan(1e-6);
  expect(losses.at(-1)).toBeLessThan(losses[0]);
});

test('answers are the same whatever the number of workers', async ({ lab }) => {
  const shape = { layers: 2, d_model: 64, vocab: 256, context: 48, batch: 40, steps: 3 };
  await lab.open({ bench: 1, objective: 'sampling', device: 'cpu', model: 'nano', ...shape, workers: 1 });
  const alone = await lab.benchResult();
  expect(alone.step_ms).toHaveLength(shape.steps);
  // Of 48 tokens at most an answer has about 25: one token in 32 ends it.
  const tokens = (alone.tokens_per_s * alone.median_ms) / 1e3;
  expect(tokens).toBeGreaterThan(40 * 10);
  // Burn's operations, which it was once timed against here, are in the benchmark's build alone.
  expect(alone.composed).toBeFalsy();
  const shared = await lab.bench({ workers: 3 });
  expect([alone.workers, shared.workers]).toEqual([1, 3]);
  expect(shared.losses).toEqual(alone.losses);
  expect((shared.tokens_per_s * shared.median_ms) / 1e3).toBeCloseTo(tokens, 3);
});

test('what the URL asks for in vain is said', async ({ lab }) => {
  const shape = { layers: 0, d_model: 32, heads: 2, vocab: 64, context: 16, steps: 1, batch: 'many' };
  await lab.open({ bench: 1, device: 'cpu', model: 'nano', simd: 'fastest', ...shape });
  const said = await lab.page.locator('.notices').innerText();
  for (const name of ['layers=0', 'batch=many', 'simd=fastest']) expect(said).toContain(name);
  const { settings } = await lab.benchResult();
  expect(settings).toMatchObject({ layers: 4, batch: 8, d_model: 32, heads: 2 });
});

for (const [theme, width, height] of [
  ['light', 1280, 900],
  ['dark', 1280, 900],
  ['light', 390, 844],
  ['dark', 390, 844],
]) {
  test(`${theme}, ${width} px: nothing sticks out, and axe finds no fault`, async ({ lab }) => {
    const { page } = lab;
    await page.setViewportSize({ width, height });
    await lab.open({ bench: 1, device: 'cpu', model: 'nano', theme, steps: 12 });
    await lab.benchResult();
    await page.screenshot({ path: `results/screens/bench-${theme}-${width}.png` });
    await page.evaluate(() => document.querySelectorAll('.bench details').forEach((details) => (details.open = true)));
    const { culprits } = await page.evaluate(sideways);
    expect(culprits).toEqual([]);
    expect(await faults(page)).toEqual([]);
  });
}
