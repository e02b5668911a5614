// What can happen to the engine from outside, for tests and campaigns.
import { engineOf } from './engine_script.mjs';

/** Runs in the engine's worker before the engine: its GPU device, at hand for `destroyDevice`. */
export const KEEP_DEVICE = `
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    self.lastDevice = await request.apply(this, args);
    return self.lastDevice;
  };`;

/** Runs in the engine's worker before the engine: its memory, at hand for `engineBytes`. */
export const KEEP_MEMORY = `
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const usual = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await usual.apply(WebAssembly, args);
      self.engineMemory = (made.instance ?? made).exports?.memory ?? self.engineMemory;
      return made;
    };
  }`;

/** Ends the engine's worker, which tells nobody. */
export async function killEngine(page) {
  const engine = await engineOf(page);
  await engine.evaluate(() => self.close());
}

export async function destroyDevice(page) {
  const engine = await engineOf(page);
  await engine.evaluate(() => self.lastDevice.destroy());
}

/** Crashes the process of the GPU, through DevTools. */
export async function crashGpu(page) {
  const devtools = await page.context().browser().newBrowserCDPSession();
  // No answer comes from where the process is on its way out.
  devtools.send('Browser.crashGpuProcess').catch(() => {});
}

/** Of the engine's memory, which never shrinks. */
export async function engineBytes(page) {
  const engine = await engineOf(page);
  return engine.evaluate(() => self.engineMemory.buffer.byteLength);
}
