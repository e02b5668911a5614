// The objective's drawer, the list of runs, and a run that is changed or slowed down
// while it goes.
import { expect, test } from './fixtures.mjs';
import { largestMagnitude } from './statistics.mjs';

test('ε of cDPO goes into the TRL config, and a wrong one is refused', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 21 });
  await lab.chooseObjective('cdpo');
  await lab.setParameter('epsilon', '0.3');
  expect(await lab.trlConfig()).toMatchObject({ loss_type: 'cdpo', label_smoothing: 0.3 });

  await lab.setParameter('epsilon', '1.5');
  await expect(lab.id('parameters').locator('.field-defect')).toContainText('label_smoothing');
  await lab.id('train-start').click();
  expect(await lab.untilBanner()).toMatch(/label_smoothing.*1\.5.*expected/);

  await lab.id('parameters-reset').click();
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
  expect((await lab.trlConfig()).label_smoothing).toBe(0.1);

  // Each objective remembers its own.
  await lab.setParameter('epsilon', '0.2');
  await lab.chooseObjective('robust');
  expect((await lab.trlConfig()).label_smoothing).toBe(0.1);
  await lab.reload();
  await lab.chooseObjective('cdpo');
  expect((await lab.trlConfig()).label_smoothing).toBe(0.2);

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  // The same line says that the model is there.
  await lab.untilReady();
  await lab.openDrawer();
  await lab.id('trl-copy').click();
  await expect(lab.id('said')).toContainText('copied');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual(await lab.trlConfig());
});

test('what another objective changes against DPO is said and marked', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 22 });
  await lab.chooseObjective('dpo');
  await lab.openDrawer();
  await expect(page.locator('.formula-line math .new')).toHaveCount(0);
  await expect(lab.id('against-dpo')).toHaveCount(0);
  await lab.chooseObjective('simpo');
  expect(await page.locator('.formula-line math .new').count()).toBeGreaterThan(0);
  await expect(lab.id('against-dpo')).toContainText('simpo_gamma');
});

test('the optimiser follows its fields', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 23 });
  await lab.labelShorter(5);
  await lab.chooseObjective('dpo');
  await lab.setParameter('batch-size', '2');
  await lab.setParameter('accumulation', '2');
  await lab.setParameter('max-grad-norm', '0.5');
  await lab.chooseParameter('schedule', 'cosine');
  await lab.chooseParameter('sync', 'on');
  await lab.setParameter('sync-steps', '1');
  expect(await lab.trlConfig()).toMatchObject({
    per_device_train_batch_size: 2,
    gradient_accumulation_steps: 2,
    max_grad_norm: 0.5,
    lr_scheduler_type: 'cosine',
    sync_ref_model: true,
    ref_model_sync_steps: 1,
  });
  const last = await lab.train({ steps: 3 });
  expect(last.step).toBe(3);
  const [run] = await lab.listedRuns(1);
  expect(run.name).toMatch(/batch size 2/);
});

test('beta can be changed while a run is under way', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 24 });
  await lab.labelShorter(4);
  await lab.chooseObjective('dpo');
  await lab.type('steps-input', '4000');
  await lab.id('train-start').click();
  await lab.until('some steps', async () => (await lab.metrics()).step >= 2, 60_000);
  await lab.type('beta-input', '0.3');
  const changes = await lab.until('the mark of the change', async () => {
    const [run] = await lab.runs();
    return run?.changes.length > 0 && run.changes;
  });
  expect(changes).toHaveLength(1);
  expect(changes[0]).toMatch(/after step \d+: β 0\.5 → 0\.3/);

  // The run's own value changes nothing.
  await lab.type('beta-input', '0.3');
  await lab.id('train-stop').click();
  await lab.untilReady();
  expect((await lab.runs())[0].changes).toHaveLength(1);
});

test('runs are kept, pinned, renamed, deleted and used again', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 25 });
  await lab.labelShorter(4);
  await lab.train({ objective: 'dpo', steps: 2 });
  await lab.train({ objective: 'ipo', steps: 3 });
  const runs = await lab.listedRuns(2);
  expect(runs.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^IPO/),
    expect.stringMatching(/^DPO/),
  ]);
  expect(runs.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  expect(new Set(runs.map(({ style }) => style)).size).toBe(2);

  for (const { id } of runs) await lab.run(id).getByTestId('run-pin').click();
  expect((await lab.runs()).every(({ isPinned }) => isPinned)).toBe(true);
  // Overlaid: both runs stand in the legend of the loss chart, told apart by more than colour.
  const legend = lab.id('chart-loss').locator('.run-legend li');
  await expect(legend).toHaveCount(2);

  // Token by token, the policy against the other run's, then against its own run's.
  const [latest, earlier] = runs;
  await lab.id('against-select').selectOption(String(earlier.id));
  await lab.until('a difference', async () => largestMagnitude(await lab.heatmap()) > 1e-6);
  await lab.id('against-select').selectOption(String(latest.id));
  await lab.until('no difference', async () => largestMagnitude(await lab.heatmap()) === 0);
  await lab.id('against-select').selectOption('');

  const [ipo, dpo] = runs;
  const name = lab.run(dpo.id).getByTestId('run-name');
  await name.fill('the first');
  await name.blur();
  await lab.run(dpo.id).getByTestId('run-remove').click();
  // Other tabs are asked first whether one of them trains it.
  await expect.poll(async () => (await lab.runs()).map(({ id }) => id)).toEqual([ipo.id]);
  await expect(lab.id('runs-undo')).toBeFocused();
  await lab.id('runs-undo').click();
  expect((await lab.runs()).map(({ name: shown }) => shown)[1]).toBe('the first');

  await lab.run(dpo.id).getByTestId('run-use').click();
  await expect(lab.id('objective-select')).toHaveValue('dpo');
  await expect(lab.id('steps-input')).toHaveValue('2');
});

test('a run goes an epoch at a time, or as slowly as one likes', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 26 });
  await lab.labelShorter(5);
  await lab.chooseObjective('dpo');
  await lab.setParameter('batch-size', '2');
  await lab.type('steps-input', '200');
  await lab.id('train-epoch').click();
  await lab.until('an epoch', async () => (await lab.metrics()).step === 3, 60_000);
  await lab.until('the pause', async () => (await lab.status()) === 'paused');

  // A step takes two pairs, so there is no step of one.
  await lab.id('train-pair').click();
  await expect(page.locator('.notices')).toContainText('2 rows together');
  expect((await lab.metrics()).step).toBe(3);

  await lab.id('train-speed').selectOption('10');
  // The page's own clock, which goes on as far as it is told to: ten steps a second.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await lab.id('train-start').click();
  // The first step is taken at once.
  await lab.until('step 4', async () => (await lab.metrics()).step === 4, 60_000);
  for (let next = 5; next <= 8; next += 1) {
    await page.clock.runFor(99);
    expect((await lab.metrics()).step).toBe(next - 1);
    await page.clock.runFor(1);
    await lab.until(`step ${next}`, async () => (await lab.metrics()).step === next, 60_000);
  }
  expect(await lab.status()).toBe('training');
  await lab.id('train-pause').click();
  await lab.until('the pause', async () => (await lab.status()) === 'paused');
  await page.clock.runFor(1000);
  // The step after it is the next one: a second of the clock asked for none.
  expect((await lab.step()).step).toBe(9);
  await page.clock.resume();

  await lab.id('train-speed').selectOption('full');
  await lab.id('train-start').click();
  await lab.untilReady();
  expect((await lab.metrics()).step).toBe(200);
});
