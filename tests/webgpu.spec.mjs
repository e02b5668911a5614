// WebGPU, computed by SwiftShader on the CPU: slow, so the smallest model and few steps.
import { expect, test } from './fixtures.mjs';
import { largestMagnitude, largestShift } from './statistics.mjs';
import { ON_WEBGPU } from './on_webgpu.mjs';

const STEPS = 3;
const STEP_LIMIT_MS = 180_000;

test.use(ON_WEBGPU);

test('WebGPU trains as the CPU does', async ({ lab }) => {
  test.setTimeout(20 * 60_000);
  const parameters = { model: 'nano', seed: 5, steps: STEPS };

  await lab.open({ ...parameters, device: 'cpu' });
  expect(await lab.device()).toBe('cpu');
  await lab.labelShorter(8);
  const onCpu = await stepLosses(lab);
  // Otherwise what it has learnt would be there again.
  await lab.id('train-reset').click();
  await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));

  // The same browser profile: the labels are the same ones.
  await lab.open({ ...parameters, device: 'webgpu' });
  expect(await lab.device()).toBe('webgpu');
  await lab.untilLabelCount(8);
  const onGpu = await stepLosses(lab);
  console.log(`first losses: cpu ${onCpu.join(' ')}, webgpu ${onGpu.join(' ')}`);

  expect(Math.abs(onGpu[0] - Math.LN2)).toBeLessThan(1e-3);
  expect(onGpu.at(-1)).toBeLessThan(onGpu[0]);
  for (const [step, loss] of onGpu.entries()) {
    expect(Math.abs(loss - onCpu[step]), `step ${step + 1}`).toBeLessThan(1e-3);
  }

  await lab.untilReady(STEP_LIMIT_MS);
  await lab.until(
    'the heat map to move',
    async () => largestMagnitude(await lab.heatmap()) > 1e-3,
    STEP_LIMIT_MS,
  );
  await lab.until(
    'the bars to move',
    async () => largestShift(await lab.nextTokens()) > 1e-5,
    STEP_LIMIT_MS,
  );
  const samples = await lab.compare('Hello!', STEP_LIMIT_MS);
  expect(samples.policy).not.toBe('');
});

test('software WebGPU is left alone unless it is asked for', async ({ lab }) => {
  await lab.open({ model: 'nano' });
  expect(await lab.device()).toBe('cpu');
});

/** DPO, step by step. */
async function stepLosses(lab) {
  await lab.chooseObjective('dpo');
  const losses = [];
  for (let step = 0; step < STEPS; step += 1) losses.push((await lab.step(STEP_LIMIT_MS)).loss);
  return losses;
}
