// The browser tests. `cargo xtask test` runs those on WebGPU first, which fills the cores in
// software, and then the others, several at a time.
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

const ON_WEBGPU = [/webgpu\.spec\.mjs$/, 'gpu_lost.spec.mjs'];

/** Playwright's own word of a page that wants to be kept, where `serviceWorkers` lets none be. */
export const isOfPlaywright = (text) => text.includes('Service Worker registration blocked by Playwright');

export default defineConfig({
  testDir: '.',
  projects: [
    { name: 'webgpu', testMatch: ON_WEBGPU },
    { name: 'cpu', testMatch: '*.spec.mjs', testIgnore: ON_WEBGPU },
  ],
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 6 * 60_000,
  globalTimeout: 50 * 60_000,
  expect: { timeout: 30_000 },
  outputDir: 'results/failures',
  reporter: [['list'], ['./count_reporter.mjs']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    // A page that is kept would be fetched twice in each test: offline.spec.mjs allows it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: CHROMIUM_FLAGS,
    },
  },
});
