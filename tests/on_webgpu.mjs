// Options of tests that run on WebGPU in software.
import fs from 'node:fs';
import path from 'node:path';
import { CHROMIUM_FLAGS, WEBGPU_FLAGS } from './playwright.config.mjs';
import { BUILT_FOLDER } from './static_site.mjs';

/** A Chromium with SwiftShader's WebGPU. */
export const ON_WEBGPU = {
  launchOptions: {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, ...WEBGPU_FLAGS],
  },
};

/** The same, with a script that runs in the engine's worker before the engine. */
export const onWebGpuAfter = (script) => ({
  ...ON_WEBGPU,
  replaced: async ({}, use) => {
    const engine = fs.readFileSync(path.join(BUILT_FOLDER, 'engine.js'), 'utf8');
    await use({ 'engine.js': { body: `${script}\n${engine}` } });
  },
});
