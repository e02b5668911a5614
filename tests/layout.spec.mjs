// How the page stands: on a laptop and on a phone, light and dark, for everyone.
import { expect, test } from './fixtures.mjs';
import { faults, sideways, spills } from './look.mjs';

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

test('which prompts are held out stands in one line', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 15, level: 'everything' }, { ready: false });
  await lab.label('1');
  const row = page.locator('.held-out');
  await row.waitFor();
  const middles = await row.locator('input, span').evaluateAll((parts) =>
    parts.map((part) => {
      const { top, bottom } = part.getBoundingClientRect();
      return (top + bottom) / 2;
    }),
  );
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(3);
});

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
        // What opens is laid out with the next frame.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await expect(lab.id('later-coming')).toHaveCount(0);
        const { wide, culprits } = await page.evaluate(sideways);
        expect(culprits, `${level} ${name}: page ${wide} px wide`).toEqual([]);
        expect(await faults(page), `${level} ${name}`).toEqual([]);
      }
      await page.screenshot({ path: `results/screens/trained-${level}-${theme}-${width}.png`, fullPage: true });
    }
  });
}

/** From a small phone to a laptop; about 900 px the columns take the place of tabs. */
const WIDTHS = [320, 360, 390, 480, 600, 768, 834, 899, 900, 912, 960, 1024, 1080, 1112, 1180, 1280, 1400];

test('at no width anything sticks out, before labelling, after a run, with everything open', async ({ lab }) => {
  test.setTimeout(5 * 60_000);
  const { page } = lab;
  await lab.open({ device: 'cpu', model: 'small', seed: 15, lr: 0.001 });
  const tabs = ['Label', 'Model', 'Curves'];
  const look = async (state) => {
    const found = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const name of width < 900 ? tabs : [undefined]) {
        if (name) await page.getByRole('tab', { name, exact: true }).click();
        const { wide, culprits } = await page.evaluate(sideways);
        const where = `${state}, ${width} px${name ? `, ${name}` : ''}`;
        if (wide > width) found.push(`${where}: ${wide} px wide: ${culprits.join(' ')}`);
        const spilt = await page.evaluate(spills);
        found.push(...spilt.map((what) => `${where}: ${what}`));
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    return found;
  };
  expect(await look('fresh')).toEqual([]);
  await lab.labelShorter(6);
  await lab.train({ objective: 'dpo', steps: 4 });
  await lab.nextTokens();
  expect(await look('trained')).toEqual([]);
  await lab.chooseLevel('everything');
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
  await expect(lab.id('later-coming')).toHaveCount(0);
  expect(await look('everything')).toEqual([]);
});

for (const [theme, width] of [
  ['light', 1280],
  ['dark', 1024],
  ['light', 390],
]) {
  test(`axe finds no fault at any moment, ${theme}, ${width} px`, async ({ lab }) => {
    test.setTimeout(5 * 60_000);
    const { page } = lab;
    await page.setViewportSize({ width, height: 800 });
    // Colours that are on their way to others say nothing of either.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    // An address that asks for something in vain: there is a remark from the start.
    await lab.open({ device: 'cpu', model: 'nano', seed: 16, steps: 2000, theme, foo: 1 });
    const find = async (moment) => expect(await faults(page), moment).toEqual([]);
    const tab = async (name) => {
      if (width < 900) await page.getByRole('tab', { name, exact: true }).click();
    };
    await lab.labelShorter(7);
    await lab.until('the table of labels', async () => (await lab.labels()).length > 0);
    await find('after labelling');
    await lab.id('erase-all').click();
    await find('asked whether to erase');
    await lab.id('erase-cancel').click();
    await tab('Model');
    await lab.heatmap();
    await find('the pair by its tokens');
    await lab.type('beta-input', 'much');
    await find('a number that will not do');
    await lab.type('beta-input', '0.5');
    await lab.id('train-start').click();
    await lab.until('some steps', async () => (await lab.metrics()).step >= 3);
    await find('in training');
    await page.getByRole('button', { name: 'Help and keys' }).click();
    await expect(lab.id('keys-switch')).toBeVisible();
    await find('help');
    await page.keyboard.press('Escape');
    await lab.id('train-pause').click();
    await lab.until('the pause', async () => (await lab.status()) === 'paused');
    await tab('Curves');
    await find('paused');
    await lab.id('device-badge').click();
    await expect(lab.id('bench-run')).toBeVisible();
    await find('the benchmark');
  });
}

test('a formula that is wider than its card is scrolled by key, and is no stop where it fits', async ({ lab }) => {
  const { page } = lab;
  await page.setViewportSize({ width: 320, height: 800 });
  await lab.open({ device: 'cpu', model: 'nano', seed: 17 }, { ready: false });
  await page.getByRole('tab', { name: 'Model', exact: true }).click();
  const line = page.locator('.formula-line');
  const isCut = () => line.evaluate((element) => element.scrollWidth > element.clientWidth);
  const objectives = await lab.id('objective-select').locator('option').evaluateAll((all) => all.map(({ value }) => value));
  let cut;
  for (const objective of objectives) {
    await lab.chooseObjective(objective);
    if (await isCut()) cut = objective;
    if (cut) break;
  }
  expect(cut, 'an objective whose formula is wider than 320 px').toBeDefined();
  await expect(line).toHaveAttribute('tabindex', '0');
  expect(await faults(page)).toEqual([]);
  // Its beginning is within reach.
  expect(await line.evaluate((element) => element.scrollLeft)).toBe(0);
  const left = await line.evaluate((element) =>
    element.firstElementChild.getBoundingClientRect().left - element.getBoundingClientRect().left,
  );
  expect(left).toBeGreaterThanOrEqual(0);

  await page.setViewportSize({ width: 1400, height: 800 });
  await lab.chooseObjective('dpo');
  await expect(line).not.toHaveAttribute('tabindex');
});
