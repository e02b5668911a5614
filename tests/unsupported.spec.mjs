// A browser that cannot run Tilt says so, and nothing else goes wrong.
import { expect, test } from './fixtures.mjs';

for (const [missing, without] of [
  ['WebAssembly SIMD', () => (WebAssembly.validate = () => false)],
  ['module workers', () => (globalThis.Worker = class { terminate() {} })],
]) {
  test(`without ${missing}`, async ({ page, site }) => {
    await page.addInitScript(without);
    await page.goto(site.url);
    const message = page.locator('[data-testid="unsupported"]');
    await expect(message).toBeVisible();
    await expect(message).toContainText(missing);
    await expect(page.locator('.top-bar')).toHaveCount(0);
  });
}
