// The benchmark on WebGPU: what it counts, an observer outside counts too.
import { expect, test } from './fixtures.mjs';
import { onWebGpuAfter } from './on_webgpu.mjs';

const WARM_UP = 5;

// Counts beside the engine's own counting, and tells the page after each step.
const COUNT_OUTSIDE = `
  const outside = { dispatches: 0, submissions: 0, buffers: 0 };
  for (const [type, name, counter] of [
    ['GPUComputePassEncoder', 'dispatchWorkgroups', 'dispatches'],
    ['GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', 'dispatches'],
    ['GPUQueue', 'submit', 'submissions'],
    ['GPUDevice', 'createBuffer', 'buffers'],
  ]) {
    const method = self[type]?.prototype[name];
    if (method) self[type].prototype[name] = function (...args) {
      outside[counter] += 1;
      return method.apply(this, args);
    };
  }
  const told = new BroadcastChannel('outside');
  const send = self.postMessage.bind(self);
  self.postMessage = (message, ...rest) => {
    if (String(message?.json).includes('"bench_step"')) told.postMessage({ ...outside });
    return send(message, ...rest);
  };
`;

test.use(onWebGpuAfter(COUNT_OUTSIDE));

test('it counts what an outside observer counts', async ({ lab, page }) => {
  test.setTimeout(15 * 60_000);
  await page.addInitScript(() => {
    window.outside = [];
    new BroadcastChannel('outside').onmessage = ({ data }) => window.outside.push(data);
  });
  const steps = 4;
  const shape = { layers: 1, d_model: 16, heads: 2, vocab: 32, context: 8, batch: 2, steps };
  await lab.open({ bench: 1, device: 'webgpu', model: 'nano', ...shape });
  const result = await lab.benchResult(10 * 60_000);
  expect(result.device).toBe('webgpu');
  const outside = await page.evaluate(() => window.outside);
  expect(outside).toHaveLength(WARM_UP + steps);
  const perStep = (counter) => (outside.at(-1)[counter] - outside[WARM_UP - 1][counter]) / steps;
  expect(result.dispatches_per_step).toBeGreaterThan(0);
  expect(result.dispatches_per_step).toBeCloseTo(perStep('dispatches'), 6);
  expect(result.submissions_per_step).toBeCloseTo(perStep('submissions'), 6);
  expect(result.new_buffers_per_step).toBeCloseTo(perStep('buffers'), 6);
  // At least the parameters and their moments, in f32.
  expect(result.gpu_bytes).toBeGreaterThan(3 * 4 * result.parameters);

  await lab.id('bench-device').selectOption('cpu');
  const onCpu = await lab.bench();
  expect(onCpu.device).toBe('cpu');
  expect(onCpu.losses).toHaveLength(WARM_UP + steps);
  expect(result.losses).toHaveLength(onCpu.losses.length);
  for (const [step, loss] of onCpu.losses.entries()) {
    expect(Math.abs(result.losses[step] - loss), `step ${step}`).toBeLessThan(1e-3);
  }
});

// 40 tokens fill whole blocks of 8 rows and no whole number of 32.
test('tokens that fill no tile evenly train as on the CPU', async ({ lab }) => {
  test.setTimeout(15 * 60_000);
  const shape = { layers: 1, d_model: 16, heads: 2, vocab: 64, context: 8, batch: 5, steps: 4 };
  await lab.open({ bench: 1, device: 'webgpu', model: 'nano', ...shape });
  const onGpu = await lab.benchResult(10 * 60_000);
  await lab.id('bench-device').selectOption('cpu');
  const onCpu = await lab.bench();
  expect(onCpu.losses).toHaveLength(WARM_UP + shape.steps);
  expect(onGpu.losses).toHaveLength(onCpu.losses.length);
  for (const [step, loss] of onCpu.losses.entries()) {
    expect(Math.abs(onGpu.losses[step] - loss), `step ${step}`).toBeLessThan(1e-4);
  }
});

test('five hundred steps take no more memory than fifty', async ({ lab }) => {
  test.setTimeout(20 * 60_000);
  const shape = { layers: 2, d_model: 16, heads: 2, vocab: 64, context: 8, batch: 2 };
  await lab.open({ bench: 1, device: 'webgpu', model: 'nano', ...shape, steps: 50 });
  const short = await lab.benchResult(10 * 60_000);
  await lab.id('bench-steps').fill('500');
  const long = await lab.bench({}, 10 * 60_000);
  console.log(
    `GPU memory after 50 steps ${short.gpu_bytes} B, after 500 ${long.gpu_bytes} B;`,
    `new buffers a step ${long.new_buffers_per_step}`,
  );
  expect(long.losses).toHaveLength(WARM_UP + 500);
  expect(long.gpu_bytes).toBeLessThanOrEqual(short.gpu_bytes * 1.05);
  expect(long.new_buffers_per_step).toBeLessThan(1);
});
