// Many runs from one press: each value with each seed, stopped, gone on with, and told together.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';

async function begun(lab, { values = '0.1, 1', seeds = '1 2', measure = '' } = {}) {
  await lab.id('sweep-open').click();
  await lab.id('sweep-values').fill(values);
  await lab.id('sweep-seeds').fill(seeds);
  await lab.id('sweep-measure').selectOption(measure);
}

const progress = (lab) => lab.carried('sweep-progress');

const untilDone = (lab, text) =>
  lab.until(`${text} runs of the sweep`, async () => (await progress(lab)) === text, 120_000);

test('each value meets each seed, and the seeds are told together', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 5, steps: 6 });
  await lab.autolabel({ principle: 'short', count: 12 });
  await begun(lab, { measure: 'short' });
  await expect(lab.id('sweep-run')).toHaveText(/4 runs/);
  await lab.id('sweep-run').click();
  await untilDone(lab, '4/4');
  const runs = await lab.listedRuns(4);
  expect(runs.map(({ name }) => name).sort()).toEqual([
    'DPO β 0.1 6 steps seed 1',
    'DPO β 0.1 6 steps seed 2',
    'DPO β 1 6 steps seed 1',
    'DPO β 1 6 steps seed 2',
  ]);
  // Every run was measured, in its own policy.
  await expect(lab.id('run-win-rate')).toHaveCount(4);
  const bands = await lab.carriedJson('chart-sweep-seeds');
  expect(bands.map(({ setting, step, seeds }) => [setting, step, seeds])).toEqual([
    ['β 0.1', 6, 2],
    ['β 1', 6, 2],
  ]);
  const last = runs.filter(({ name }) => name.includes('β 1')).map(({ loss }) => loss);
  expect(bands[1].mean).toBeCloseTo((last[0] + last[1]) / 2, 3);
  const [low, high] = bands[1].interval;
  expect(low).toBeLessThan(bands[1].mean);
  expect(high).toBeGreaterThan(bands[1].mean);
  // Sorted by KL, the largest first: the smaller beta.
  await lab.id('sweep-table').getByRole('button', { name: 'KL' }).click();
  await expect(lab.id('sweep-table').locator('tbody th').first()).toHaveText('β 0.1');
  const [download] = await Promise.all([
    lab.page.waitForEvent('download'),
    lab.id('sweep-csv').click(),
  ]);
  const [head, ...rows] = fs.readFileSync(await download.path(), 'utf8').trim().split('\r\n');
  expect(head).toContain('win rate low');
  expect(rows).toHaveLength(2);
});

test('a sweep is stopped, and goes on after a reload where it stood', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 5, steps: 40 });
  await lab.autolabel({ principle: 'short', count: 12 });
  await begun(lab, { values: '0.5', seeds: '1, 2, 3' });
  await lab.id('sweep-run').click();
  await untilDone(lab, '1/3');
  await lab.until('a step of the second', async () => (await lab.metrics()).step >= 2);
  await lab.id('sweep-stop').click();
  await lab.untilReady();
  expect(await progress(lab)).toBe('1/3');
  await lab.reload();
  await lab.untilReady();
  await lab.id('sweep-open').click();
  await lab.until('what was kept', async () => (await progress(lab)) === '1/3');
  await lab.id('sweep-go-on').click();
  await untilDone(lab, '3/3');
  // The second was broken off and begun anew.
  expect((await lab.listedRuns(4)).filter(({ name }) => name.includes('seed 2'))).toHaveLength(2);
});

test('a run that breaks off ends the sweep, and is not begun again and again', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 5, steps: 30 });
  await lab.autolabel({ principle: 'short', count: 12 });
  await lab.id('sweep-open').click();
  await lab.id('sweep-vary').selectOption('lr');
  await lab.id('sweep-values').fill('1e30');
  await lab.id('sweep-seeds').fill('1, 2');
  await lab.id('sweep-run').click();
  await lab.until('the end', async () => (await lab.notices()).includes('ended before its last step'), 60_000);
  await lab.page.waitForTimeout(1500);
  expect(await progress(lab)).toBe('0/2');
  await lab.listedRuns(1);
});

test('runs on other labels are not told with the others', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 5, steps: 60 });
  await lab.autolabel({ principle: 'short', count: 12 });
  await begun(lab, { values: '0.5', seeds: '1, 2' });
  await lab.id('sweep-run').click();
  await lab.until('a step', async () => (await lab.metrics()).step >= 1);
  await lab.label('1');
  await lab.until('the reason', async () => (await lab.notices()).includes('cannot be told together'), 60_000);
  expect(await progress(lab)).toBe('1/2');
});

test('what is wrong with a sweep is said, and nothing begins', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 5 });
  await begun(lab, { values: '0.1, none' });
  await lab.id('sweep-run').click();
  expect(await lab.untilBanner()).toContain('0.1, none');
  // Without labels no run can begin.
  await lab.id('sweep-values').fill('0.1');
  await lab.id('sweep-run').click();
  await lab.until('the reason', async () => (await lab.notices()).includes('could not begin'));
  expect(await lab.runs()).toEqual([]);
});
