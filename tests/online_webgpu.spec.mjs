// A run on the policy's own answers, on WebGPU in software.
import { expect, test } from './fixtures.mjs';
import { prepare, rollouts } from './lab_rollouts.mjs';
import { ON_WEBGPU } from './on_webgpu.mjs';

test.use(ON_WEBGPU);

test('online DPO trains on WebGPU', async ({ lab }) => {
  await lab.open({ device: 'webgpu', model: 'nano', seed: 19, lr: 0.001 });
  await prepare(lab, 'online_dpo', 2);
  await lab.setParameter('batch-size', '2');
  const { step, loss } = await lab.train();
  expect([step, Number.isFinite(loss)]).toEqual([2, true]);
  expect((await rollouts(lab)).length).toBe(4);
});
