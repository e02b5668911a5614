// The check of a tokenizer in the browser, by hand: see README.md.
import { defineConfig } from '@playwright/test';
import all from '../playwright.config.mjs';

export default defineConfig({
  ...all,
  testDir: '.',
  testMatch: 'in_browser.mjs',
  timeout: 30 * 60_000,
  outputDir: '../results/failures',
  reporter: 'list',
});
