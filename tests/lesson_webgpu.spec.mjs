// A lesson on WebGPU, from its first step to its last.
import { expect, test } from './fixtures.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink, shippedLesson, small } from './lesson_files.mjs';
import { ON_WEBGPU } from './on_webgpu.mjs';

test.use(ON_WEBGPU);

test('a lesson is played to its end on WebGPU', async ({ lab }) => {
  test.setTimeout(10 * 60_000);
  const learner = new Learner(lab);
  const whole = small(shippedLesson('objective-by-hand'));
  // Without win rates: SwiftShader takes minutes for their answers.
  const steps = whole.steps.map((step) => {
    const act = [step.act ?? []].flat().filter((one) => !one.measure);
    return { ...step, act };
  });
  const lesson = { ...whole, steps: steps.map(({ act, ...step }) => (act.length ? { ...step, act } : step)) };
  await learner.open(inLink({ ...lesson, setup: { ...lesson.setup, device: 'webgpu' } }), 240_000);
  expect(await lab.device()).toBe('webgpu');
  for (const [index, step] of lesson.steps.entries()) {
    expect(await learner.step()).toBe(index);
    await learner.predict();
    await learner.act();
    if (step.check) {
      expect(['holds', 'not yet', 'does not hold']).toContain(await lab.carried('lesson-check'));
    }
    await learner.answer();
    await learner.next();
  }
  await expect(lab.id('lesson-end')).toBeVisible();
});
