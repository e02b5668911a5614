// RLHF's road: a reward model of labels, a policy that it scores, and what became of the truth.
import { expect, test } from './fixtures.mjs';
import { killEngine } from './harm.mjs';
import { prepare, rollouts } from './lab_rollouts.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 19, lr: 0.001, level: 'standard' };

async function box(lab, value) {
  const found = lab.page.locator(`[data-testid="pipeline-box"][data-value="${value}"]`).last();
  return (await found.textContent()).trim();
}

async function push(lab, objective, steps) {
  await prepare(lab, objective, steps);
  await lab.setParameter('batch-size', '16');
  await lab.id('reward-source').selectOption('model');
}

test('one press trains the reward model, and then the policy with it', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'polite', count: 16 });
  // The roads are there from when one is chosen that goes through a reward.
  await lab.chooseObjective('rloo');
  await lab.id('pipeline').waitFor();
  await lab.page.locator('[data-testid="pipeline-box"][data-value="dpo"]').click();
  expect(await lab.id('objective-select').inputValue()).toBe('dpo');
  // A press on a stage of the other road takes it up.
  await lab.page.locator('[data-testid="pipeline-box"][data-value="reward"]').click();
  expect(await lab.id('objective-select').inputValue()).toBe('ppo');
  expect(await lab.id('reward-source').inputValue()).toBe('model');
  await push(lab, 'ppo', 4);
  expect(await box(lab, 'reward')).toContain('not trained yet');
  await lab.id('train-start').click();
  await lab.until('a reward model', async () => {
    const told = lab.id('reward-accuracy');
    return (await told.count()) === 1 && Number(await told.getAttribute('data-value')) >= 0;
  }, 120_000);
  await lab.until('the end of the run', async () => (await lab.metrics()).step === 4, 120_000);
  await lab.untilReady();
  expect(await lab.id('reward-accuracy').textContent()).toContain('95% interval');
  expect(await box(lab, 'reward')).toContain('of held-out pairs');
  expect(await box(lab, 'ppo')).toContain('4 models');
  expect(await box(lab, 'dpo')).toContain('2 models');
  const answers = await rollouts(lab);
  expect(answers.every(({ numbers }) => numbers.includes('advantage'))).toBe(true);
  expect(await lab.id('rollout-tokens').count()).toBe(answers.length);
  const pushed = JSON.parse(await lab.id('chart-overoptimisation').getAttribute('data-value'));
  expect(pushed[0]).toEqual({ step: 0, root_kl: 0, learnt: 0, true: 0 });
  // The labels are others now: the next run has a reward model of those.
  await lab.autolabel({ principle: 'polite', count: 2 });
  await lab.until('that it is of other labels', async () =>
    (await lab.id('reward-progress').textContent()).includes('changed'));
});

test('without labels there is no reward model, and the page says why', async ({ lab }) => {
  await lab.open(OPENED);
  await push(lab, 'rloo', 4);
  await lab.id('train-start').click();
  await lab.until('the refusal', async () => (await lab.notices()).includes('reward model'));
  expect(await lab.status()).toBe('ready');
});

test('a run goes on with the reward model that it had, in another engine', async ({ lab, page }) => {
  const steps = 24;
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'polite', count: 16 });
  await push(lab, 'rloo', steps);
  const { loss } = await lab.train();
  await lab.id('train-reset').click();
  await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));
  await lab.id('train-start').click();
  await lab.until('some steps', async () => (await lab.metrics()).step >= 4, 60_000);
  await killEngine(page);
  await lab.until('the engine', async () => (await lab.notices()).includes('started again'), 60_000);
  await lab.until('the end', async () => (await lab.metrics()).step === steps, 120_000);
  await lab.untilReady();
  expect((await lab.metrics()).loss).toBe(loss);
});

test('the roads are measured beside each other, in a table that fills itself', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.chooseObjective('ppo');
  await lab.id('compare-roads').click();
  const rows = lab.id('roads-row');
  await lab.until('two roads', async () => (await rows.count()) === 2, 180_000);
  expect(await rows.first().getAttribute('data-value')).toBe('dpo');
  expect(await rows.nth(1).textContent()).toContain('labels → reward → ppo');
  expect(await rows.first().textContent()).toMatch(/\d\.\d\d \(\d\.\d\d to \d\.\d\d\)/);
  await lab.id('roads-stop').click();
  await lab.untilReady();
  expect(await rows.count(), 'what was measured stays').toBe(2);
});
