// How the page stands: on a laptop and on a phone, light and dark, for everyone.
import { expect, test } from './fixtures.mjs';
import { faults, sideways } from './look.mjs';

const SCREENS = [
  { name: 'laptop', width: 1280, height: 800 },
  { name: 'phone', width: 390, height: 844 },
];

for (const { name, width, height } of SCREENS) {
  for (const theme of ['light', 'dark']) {
    test(`${name}, ${theme}: nothing sticks out, and axe finds no fault`, async ({ lab }) => {
      const { page } = lab;
      await page.setViewportSize({ width, height });
      await lab.open({ device: 'cpu', model: 'nano', seed: 13, theme });
      await page.screenshot({ path: `results/screens/${name}-${theme}.png` });

      const { wide, culprits } = await page.evaluate(sideways);
      expect(culprits, `page ${wide} px wide in a window of ${width} px`).toEqual([]);
      expect(wide).toBeLessThanOrEqual(width);

      expect(await faults(page)).toEqual([]);
    });
  }
}

for (const [theme, width, height] of [
  ['light', 1280, 900],
  ['dark', 1280, 900],
  ['light', 390, 844],
]) {
  test(`after training, ${theme}, ${width} px: no fault in any level, everything open`, async ({ lab }) => {
    test.setTimeout(5 * 60_000);
    const { page } = lab;
    await page.setViewportSize({ width, height });
    await lab.open({ device: 'cpu', model: 'nano', seed: 14, lr: 0.001, theme });
    // On a narrow screen each column is a tab of its own.
    const tab = async (name) => {
      const button = page.getByRole('tab', { name, exact: true });
      if (await button.isVisible()) await button.click();
    };
    await lab.labelShorter(3);
    for (const objective of ['dpo', 'ipo']) {
      await tab('Model');
      await lab.train({ objective, steps: 11 });
      await tab('Curves');
      await lab.id('run-pin').first().click();
    }
    for (const level of ['start', 'standard', 'everything']) {
      await lab.id('level-select').locator(`[data-level="${level}"]`).click();
      for (const name of ['Label', 'Model', 'Curves']) {
        await tab(name);
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        await page.waitForTimeout(200);
        await expect(lab.id('later-coming')).toHaveCount(0);
        const { wide, culprits } = await page.evaluate(sideways);
        expect(culprits, `${level} ${name}: page ${wide} px wide`).toEqual([]);
        expect(await faults(page), `${level} ${name}`).toEqual([]);
      }
      await page.screenshot({ path: `results/screens/trained-${level}-${theme}-${width}.png`, fullPage: true });
    }
  });
}
