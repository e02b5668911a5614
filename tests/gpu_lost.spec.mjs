// A GPU that is lost in mid-run: another device takes over from the last checkpoint.
import { expect, test } from './fixtures.mjs';
import { KEEP_DEVICE, crashGpu, destroyDevice } from './harm.mjs';
import { onWebGpuAfter } from './on_webgpu.mjs';

test.use({
  ...onWebGpuAfter(KEEP_DEVICE),
  expectedComplaints: [/[Dd]evice|GPU|lost|destroyed/],
});

const LOSSES = {
  'a device that is destroyed': destroyDevice,
  'a GPU process that crashes': crashGpu,
};

for (const [name, lose] of Object.entries(LOSSES)) {
  test(`${name} is followed by another, and the run goes on`, async ({ lab, page }) => {
    test.setTimeout(10 * 60_000);
    const steps = 30;
    await lab.open({ device: 'webgpu', model: 'nano', seed: 52, steps });
    await lab.labelShorter(4);
    await lab.id('train-start').click();
    await lab.until('some steps', async () => (await lab.metrics()).step >= 5, 120_000);
    await lose(page);
    await lab.until('the news', async () => (await lab.notices()).includes('started again'), 60_000);
    await lab.until('the end', async () => (await lab.metrics()).step === steps, 300_000);
    expect(await lab.device()).toBe('webgpu');
    expect((await lab.metrics()).loss).toBeLessThan(Math.LN2);
  });
}
