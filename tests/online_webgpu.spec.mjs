// Runs on the policy's own answers, on WebGPU in software.
import { expect, test } from './fixtures.mjs';
import { prepare, rollouts } from './lab_rollouts.mjs';
import { ON_WEBGPU } from './on_webgpu.mjs';

test.use(ON_WEBGPU);

/** The batch of two steps, and how many answers are shown at first. */
const TRAINERS = [
  { objective: 'online_dpo', batch: 2, shown: 4 },
  { objective: 'rloo', batch: 8, shown: 8 },
  { objective: 'grpo', batch: 8, shown: 8 },
  { objective: 'ppo', batch: 4, shown: 6 },
];

test('each trainer on fresh answers trains on WebGPU', async ({ lab }) => {
  await lab.open({ device: 'webgpu', model: 'nano', seed: 19, lr: 0.001 });
  for (const { objective, batch, shown } of TRAINERS) {
    await prepare(lab, objective, 2);
    await lab.setParameter('batch-size', String(batch));
    const { step, loss } = await lab.train();
    expect([step, Number.isFinite(loss)], objective).toEqual([2, true]);
    expect((await rollouts(lab)).length, objective).toBe(shown);
  }
});
