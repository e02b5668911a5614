// Runs on the policy's own answers: fresh answers with their rewards, pauses, saves, and the
// same numbers after whatever cut them off.
import { expect, test } from './fixtures.mjs';
import { killEngine } from './harm.mjs';
import { prepare, rollouts } from './lab_rollouts.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 19, lr: 0.001 };

async function chartValue(lab, testid) {
  return Number(await lab.id(testid).getAttribute('data-value'));
}

test('online DPO trains without a label, on the better of two fresh answers', async ({ lab }) => {
  await lab.open(OPENED);
  await prepare(lab, 'online_dpo', 4);
  await lab.id('reward-source').selectOption('short');
  const { step, loss, margin } = await lab.train();
  expect([step, Number.isFinite(loss), Number.isFinite(margin)]).toEqual([4, true, true]);
  const answers = await rollouts(lab);
  expect(answers.length).toBe(6);
  for (let index = 0; index < answers.length; index += 2) {
    const [first, second] = answers.slice(index, index + 2);
    const isFirst = first.reward >= second.reward;
    expect([first.mark, second.mark]).toEqual(isFirst ? ['chosen', 'rejected'] : ['rejected', 'chosen']);
  }
  await lab.id('rollouts-all').click();
  expect((await rollouts(lab)).length).toBe(16);
  expect(await lab.id('rollouts-summary').textContent()).toContain('(short)');
  expect(await chartValue(lab, 'chart-reward')).toBeGreaterThanOrEqual(0);
  // What changed goes by the reward, in place of labels.
  await lab.until('what changed', async () => {
    const card = lab.id('result-card');
    return (await card.isVisible()) && !['measuring', null].includes(await card.getAttribute('data-value'));
  }, 60_000);
  expect(await lab.id('result-card').getAttribute('data-value')).not.toBe('no leaning');
  expect(await lab.id('result-leaning').first().getAttribute('data-value')).toBe('short');
});

test('fresh pairs come in rounds, with a reference of each and another loss', async ({ lab }) => {
  await lab.open(OPENED);
  await prepare(lab, 'online_dpo', 8);
  await lab.id('reward-source').selectOption('short');
  await lab.chooseParameter('pair-loss', 'hinge');
  await lab.setParameter('batches-sampled', '2');
  await lab.setParameter('iterations', '2');
  await lab.chooseParameter('renew-reference', 'on');
  await lab.setParameter('batch-size', '4');
  // The config names them as `tilt train` reads them.
  const config = await lab.trlConfig();
  expect(config).toMatchObject({
    loss_type: 'hinge', steps_per_generation: 2, num_iterations: 2, renew_reference: true,
  });
  const { step, loss } = await lab.train();
  expect([step, Number.isFinite(loss)]).toEqual([8, true]);
  // Eight steps are two rounds of two batches, each used twice.
  await lab.id('rollouts-all').click();
  expect((await rollouts(lab)).length).toBe(16);
});

test('PPO reads its values off the policy, where that is wanted', async ({ lab }) => {
  await lab.open(OPENED);
  await prepare(lab, 'ppo', 4);
  await lab.id('reward-source').selectOption('short');
  await lab.chooseParameter('share-trunk', 'on');
  const { step, loss } = await lab.train();
  expect([step, Number.isFinite(loss)]).toEqual([4, true]);
});

for (const objective of ['rloo', 'grpo']) {
  test(`${objective} weighs groups of answers, and pauses between two pieces`, async ({ lab }) => {
    await lab.open(OPENED);
    await prepare(lab, objective, 60);
    await lab.setParameter('batch-size', '16');
    await lab.id('train-start').click();
    await lab.until('two steps', async () => (await lab.metrics()).step >= 2, 60_000);
    await lab.id('train-pause').click();
    await lab.until('a pause', async () => (await lab.status()) === 'paused');
    const { step } = await lab.metrics();
    const answers = await rollouts(lab);
    expect(answers.length, 'the answers to one prompt').toBe(8);
    const isWeighed = answers.every(({ numbers, mark }) => numbers.includes('advantage') && mark === null);
    expect(isWeighed).toBe(true);
    expect((await lab.metrics()).step, 'a run that waits').toBe(step);
    await lab.id('train-stop').click();
    await lab.untilReady();
  });
}

test('a size of groups that does not fit the batch is refused by name', async ({ lab }) => {
  await lab.open(OPENED);
  await prepare(lab, 'grpo', 4);
  await lab.setParameter('generations', '7');
  await lab.id('train-start').click();
  await lab.until('the refusal', async () => (await lab.notices()).includes('num_generations'));
  expect(await lab.status()).toBe('ready');
});

test('a reload, and a worker that dies in mid-rollout, change no number', async ({ lab, page }) => {
  const steps = 40;
  await lab.open(OPENED);
  await prepare(lab, 'grpo', steps);
  await lab.setParameter('batch-size', '16');
  await lab.setParameter('iterations', '2');
  const { loss } = await lab.train();
  const reward = await chartValue(lab, 'chart-reward');
  const harms = [
    ['started again', () => killEngine(page)],
    ['goes on from step', () => lab.reload()],
  ];
  for (const [news, harm] of harms) {
    await lab.id('train-reset').click();
    await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));
    await lab.id('train-start').click();
    await lab.until('some steps', async () => (await lab.metrics()).step >= 5, 60_000);
    await harm();
    await lab.until(news, async () => (await lab.notices()).includes(news), 60_000);
    await lab.until('the end', async () => (await lab.metrics()).step === steps, 120_000);
    await lab.untilReady();
    expect((await lab.metrics()).loss, news).toBe(loss);
    expect(await chartValue(lab, 'chart-reward'), news).toBe(reward);
  }
});
