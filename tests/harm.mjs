// What can happen to the engine from outside, for tests and campaigns.
import { engineOf } from './engine_script.mjs';

/** Runs in the engine's worker before the engine: its GPU device, at hand for `destroyDevice`. */
export const KEEP_DEVICE = `
  const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    self.lastDevice = await request.apply(this, args);
    return self.lastDevice;
  };`;

/** Runs before the engine or before the page: its wasm memory, at hand for `wasmBytes`. */
export const KEEP_MEMORY = `
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const usual = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await usual.apply(WebAssembly, args);
      self.wasmMemory = (made.instance ?? made).exports?.memory ?? self.wasmMemory;
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

/** Of the page's and of the engine's wasm memory, which never shrinks. */
export async function wasmBytes(page) {
  const bytes = () => self.wasmMemory.buffer.byteLength;
  const engine = await engineOf(page);
  return { page: await page.evaluate(bytes), engine: await engine.evaluate(bytes) };
}
