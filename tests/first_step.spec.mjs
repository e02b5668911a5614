// The first step on WebGPU: what it needs is compiled before it is asked for.
import { expect, test } from './fixtures.mjs';
import { engineOf } from './engine_script.mjs';
import { onWebGpuAfter } from './on_webgpu.mjs';

// Notes every pipeline with its entry point and its text: Tilt's own kernels call it `main`.
const NOTE_PIPELINES = `
  self.pipelines = [];
  const texts = new WeakMap();
  const createShaderModule = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (description) {
    const module = createShaderModule.call(this, description);
    texts.set(module, description.code);
    return module;
  };
  const createPipeline = GPUDevice.prototype.createComputePipeline;
  GPUDevice.prototype.createComputePipeline = function (description) {
    const { entryPoint, module } = description.compute;
    self.pipelines.push({ entryPoint, text: texts.get(module) });
    return createPipeline.call(this, description);
  };`;

test.use(onWebGpuAfter(NOTE_PIPELINES));

test('the first step waits for no kernel', async ({ lab, page }) => {
  test.setTimeout(10 * 60_000);
  await lab.open({ device: 'webgpu', model: 'nano', seed: 52, steps: 3 });
  await lab.labelShorter(4);
  const engine = await engineOf(page);
  const own = () =>
    engine.evaluate(() => self.pipelines.filter(({ entryPoint }) => entryPoint === 'main').length);
  // The last of them are those of the optimiser, in a step that nobody sees.
  await lab.until(
    "the optimiser's kernel",
    () => engine.evaluate(() => self.pipelines.some(({ text }) => text.includes('AdamW'))),
    120_000,
  );
  // What is asked of the engine meanwhile is answered when that step has ended.
  await lab.compare('Hello!', 120_000);
  const before = await own();
  const pressed = Date.now();
  await lab.id('train-start').click();
  await lab.until('the first step', async () => (await lab.metrics()).step >= 1, 120_000);
  console.log(`first step ${Date.now() - pressed} ms after train was pressed`);
  expect(await own()).toBe(before);
});
