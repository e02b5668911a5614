// A person labels by hand, with the keyboard alone, and sees the policy move.
import { expect, test } from './fixtures.mjs';
import { largestMagnitude, largestShift } from './statistics.mjs';

const STEPS = 8;

test('labelling twelve pairs and training moves the policy, by keyboard alone', async ({ lab }) => {
  const { page } = lab;
  await lab.open({ device: 'cpu', model: 'nano', seed: 1 });
  expect(await lab.labelCount()).toBe(0);

  await lab.labelShorter(12);
  expect(await lab.labelCount()).toBe(12);

  // Before: policy and reference are the same model.
  expect(largestMagnitude(await lab.heatmap())).toBeLessThan(1e-6);
  expect(largestShift(await lab.nextTokens())).toBeLessThan(1e-6);
  const sampleBefore = await compareByKeyboard(lab, 'Hello!');

  await lab.tabTo('steps-input');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(String(STEPS));
  // The verdicts' keys are inert in a text field.
  expect(await lab.labelCount()).toBe(12);
  await lab.tabTo('train-start');

  await page.keyboard.press('.');
  await lab.until('the first step', async () => (await lab.metrics()).step === 1);
  expect((await lab.metrics()).loss).toBeCloseTo(Math.LN2, 3);
  const firstPoint = await lab.until('the first point', () => lab.lastLogps());

  await page.keyboard.press('p');
  await lab.until('the last step', async () => (await lab.metrics()).step === STEPS, 120_000);
  await lab.untilReady();

  // After: they are not.
  const lastPoint = await lab.until('the last point', async () => {
    const point = await lab.lastLogps();
    return point?.step > firstPoint.step && point;
  });
  expect(lastPoint.policy_chosen).not.toBeCloseTo(firstPoint.policy_chosen, 3);
  expect(lastPoint.policy_rejected).not.toBeCloseTo(lastPoint.reference_rejected, 3);
  await lab.until('the heat map to move', async () => largestMagnitude(await lab.heatmap()) > 1e-3);
  await lab.until('the bars to move', async () => largestShift(await lab.nextTokens()) > 1e-4);
  const after = await lab.metrics();
  expect(after.loss).toBeLessThan(Math.LN2);
  expect(after.margin).toBeGreaterThan(0);
  expect(after.tokensPerSecond).toBeGreaterThan(0);

  const sampleAfter = await compareByKeyboard(lab, 'Hello!');
  for (const answer of [sampleBefore, sampleAfter].flatMap(Object.values)) {
    expect(answer).not.toBe('');
  }
  await page.screenshot({ path: 'results/screens/trained.png' });
});

test('a verdict can be undone, a pair skipped, and a tie counts', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 2 }, { ready: false });
  const first = await lab.pair();
  await lab.label('1');
  expect(await lab.labelCount()).toBe(1);
  await lab.undo();
  expect(await lab.labelCount()).toBe(0);
  await lab.until('the pair to come back', async () => (await lab.pair())?.prompt === first.prompt);
  await lab.skip();
  expect(await lab.labelCount()).toBe(0);
  await lab.label('3');
  await lab.label('5');
  await lab.label('4');
  expect(await lab.labelCount()).toBe(3);
});

test('training can be paused, resumed, stopped and reset', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 3 });
  await lab.labelShorter(4);
  await lab.type('steps-input', '400');
  await lab.id('train-start').click();
  await lab.until('some steps', async () => (await lab.metrics()).step >= 3, 60_000);

  await lab.id('train-pause').click();
  await lab.until('the pause', async () => (await lab.status()) === 'paused');
  const { step } = await lab.metrics();
  // The engine answers in the order it is asked: a run that went on would have stepped.
  await lab.id('sample-prompt').fill('Hello!');
  await lab.id('sample-run').click();
  await lab.samples();
  expect((await lab.metrics()).step).toBe(step);
  expect((await lab.step()).step).toBe(step + 1);

  await lab.id('train-start').click();
  await lab.until('more steps', async () => (await lab.metrics()).step > step + 1, 60_000);
  await lab.id('train-stop').click();
  await lab.untilReady();
  expect((await lab.metrics()).step).toBeLessThan(400);

  await lab.id('train-reset').click();
  await lab.until(
    'the policy to be the reference again',
    async () => largestMagnitude(await lab.heatmap()) < 1e-6,
  );
});

/** Types a prompt, asks for both answers and returns them. */
async function compareByKeyboard(lab, prompt) {
  await lab.tabTo('sample-prompt');
  await lab.page.keyboard.press('ControlOrMeta+a');
  await lab.page.keyboard.type(prompt);
  await lab.tabTo('sample-run');
  await lab.whileBusy('sampling', () => lab.page.keyboard.press('Enter'), 60_000);
  return lab.samples();
}
