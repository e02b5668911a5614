// The browser tests: one Chromium at a time (the engine fills the cores by itself).
import { defineConfig } from '@playwright/test';

/** Chromium as a person has it, without what would talk to other hosts. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** WebGPU without a graphics card: SwiftShader computes the shaders on the CPU. */
export const WEBGPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.mjs',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 3 * 60_000,
  globalTimeout: 55 * 60_000,
  expect: { timeout: 15_000 },
  outputDir: 'results/failures',
  reporter: [['list'], ['./count_reporter.mjs']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: CHROMIUM_FLAGS,
    },
  },
});
