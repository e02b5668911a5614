// The learner as the reward: a run that waits for choices between fresh answers.
import { expect, test } from './fixtures.mjs';
import { prepare } from './lab_rollouts.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 19, lr: 0.001 };

async function labelCount(lab) {
  return Number(await lab.id('label-count').getAttribute('data-value'));
}

/** The pair that waits: its place, and its texts. */
async function waiting(lab) {
  await lab.id('fresh-pair-a').waitFor();
  const texts = ['place', 'prompt', 'a', 'b'].map((part) => lab.id(`fresh-pair-${part}`).textContent());
  const [place, prompt, a, b] = await Promise.all(texts);
  return { place, prompt, a, b };
}

/** Does something after which another pair waits, or none does. */
async function answer(lab, by) {
  const before = await waiting(lab);
  await by();
  await lab.until('another pair', async () => {
    if (!(await lab.id('fresh-pair-a').isVisible())) return true;
    return JSON.stringify(await waiting(lab)) !== JSON.stringify(before);
  });
}

async function ask(lab, steps, pairs) {
  await prepare(lab, 'online_dpo', steps);
  await lab.id('reward-source').selectOption('learner');
  // It proposes what a person has patience for.
  expect(await lab.id('steps-input').inputValue()).toBe('12');
  await lab.type('steps-input', String(steps));
  await lab.setParameter('batch-size', String(pairs));
  await lab.id('train-start').click();
}

test('you are the reward: each step waits for your choices, which are kept as labels', async ({ lab, page }) => {
  await lab.open(OPENED);
  await ask(lab, 2, 2);
  const first = await waiting(lab);
  expect(first.place).toContain('1 of 2');
  expect(first.prompt.length).toBeGreaterThan(0);
  expect((await lab.metrics()).step, 'nothing is learnt before a choice').toBeNaN();
  await answer(lab, () => lab.id('fresh-pair-a').click());
  expect((await waiting(lab)).place).toContain('2 of 2');
  // By keyboard, and no pair of the labels' own queue is judged by it.
  const shown = await lab.pair();
  await answer(lab, () => page.keyboard.press('2'));
  await lab.until('the first step', async () => (await lab.metrics()).step === 1);
  expect(await lab.pair()).toEqual(shown);
  // The next pairs are new, and a run that waits can be paused and go on.
  expect(await waiting(lab)).not.toEqual(first);
  await lab.id('train-pause').click();
  await lab.until('the pause', async () => (await lab.status()) === 'paused');
  await lab.id('train-pause').click();
  await answer(lab, () => page.keyboard.press('1'));
  await answer(lab, () => lab.id('fresh-pair-neither').click());
  await lab.until('the last step', async () => (await lab.metrics()).step === 2);
  await lab.untilReady();
  expect(await lab.id('fresh-pairs').isVisible()).toBe(false);
  expect(await labelCount(lab), 'what was left out is no label').toBe(3);
});

test('a run that waits asks the same again after a reload', async ({ lab }) => {
  await lab.open(OPENED);
  await ask(lab, 3, 1);
  await answer(lab, () => lab.id('fresh-pair-b').click());
  await lab.until('the first step', async () => (await lab.metrics()).step === 1);
  const second = await waiting(lab);
  await lab.reload();
  await lab.until('news of the run', async () => (await lab.notices()).includes('goes on from step'), 60_000);
  // It may have been saved before the step: then its first pair comes again.
  await lab.id('fresh-pair-a').waitFor();
  for (let chosen = 0; chosen < 3 && (await lab.metrics()).step !== 3; chosen++) {
    if (JSON.stringify(await waiting(lab)) === JSON.stringify(second)) break;
    await answer(lab, () => lab.id('fresh-pair-b').click());
  }
  expect(await waiting(lab)).toEqual(second);
  await lab.id('train-stop').click();
  await lab.untilReady();
  expect(await lab.id('fresh-pairs').isVisible()).toBe(false);
});

test('only pairs are chosen from: other trainers do not offer it', async ({ lab }) => {
  await lab.open(OPENED);
  await prepare(lab, 'grpo', 4);
  await lab.setParameter('reward', 'learner');
  await lab.id('train-start').click();
  await lab.until('the refusal', async () => (await lab.notices()).includes('online_dpo'));
  expect(await lab.status()).toBe('ready');
});
