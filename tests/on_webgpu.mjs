// Options of tests that run on WebGPU in software.
import { engineAfter } from './engine_script.mjs';
import { CHROMIUM_FLAGS, WEBGPU_FLAGS } from './playwright.config.mjs';

/** A Chromium with SwiftShader's WebGPU. */
export const ON_WEBGPU = {
  launchOptions: {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, ...WEBGPU_FLAGS],
  },
};

/** The same, with a script that runs in the engine's worker before the engine. */
export const onWebGpuAfter = (script) => ({ ...ON_WEBGPU, ...engineAfter(script) });
