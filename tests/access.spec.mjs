// For everyone: what happens is said and stays in sight, the keyboard gets everywhere and
// keeps its place, and nothing is said by colour alone.
import { expect, test } from './fixtures.mjs';
import { drawnIn } from './pixels.mjs';

const QUICK = { device: 'cpu', model: 'nano' };

/** Counts what is put into the live regions of a role from now on; returns the counter. */
async function listenTo(page, role, words) {
  await page.evaluate(
    ([role, words]) => {
      window.__heard = 0;
      for (const region of document.querySelectorAll(`[role="${role}"]`)) {
        new MutationObserver((changes) => {
          for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if (node.textContent.includes(words)) window.__heard += 1;
          }
        }).observe(region, { childList: true });
      }
    },
    [role, words],
  );
  return () => page.evaluate(() => window.__heard);
}

/** What screen readers alone were told, the latest last. */
const said = (lab) => lab.id('said').locator('p').allTextContents();

const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element?.dataset.testid || element?.id || element?.textContent.trim() || '';
  });

test.describe('notices', () => {
  test('one is in sight however far the page is scrolled, moves nothing, and is told each time', async ({
    lab,
    page,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await lab.open({ ...QUICK, seed: 41 });
    const labTop = () => page.evaluate(() => document.querySelector('#lab').offsetTop);
    const top = await labTop();
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const heard = await listenTo(page, 'status', 'The link is copied');
    for (const times of [1, 2]) {
      await lab.id('share').click();
      await expect(lab.id('notice')).toHaveAttribute('data-times', String(times));
      await expect.poll(heard).toBe(times);
    }
    await expect(lab.id('notice')).toHaveCount(1);
    await expect(lab.id('notice')).toContainText('2 times');
    await expect(lab.id('notice')).toBeInViewport({ ratio: 1 });
    const isOnTop = await lab.id('notice').evaluate((notice) => {
      const { left, top, width, height } = notice.getBoundingClientRect();
      return notice.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    expect(isOnTop).toBe(true);
    expect(await labTop()).toBe(top);
  });

  test('a few are shown, the others counted; errors interrupt, remarks do not', async ({ lab, page }) => {
    await lab.open({ ...QUICK, seed: 42, foo: 1 }, { ready: false });
    await expect(page.locator('[role="status"] [data-testid="notice"]')).toHaveCount(1);
    await expect(page.locator('[role="alert"] [data-testid="notice"]')).toHaveCount(0);
    const heard = await listenTo(page, 'alert', 'expected');
    for (const field of ['beta', 'lr', 'steps', 'seed']) await lab.type(`${field}-input`, 'x');
    await expect.poll(heard).toBe(4);
    const notices = lab.id('notice');
    await expect(notices).toHaveCount(3);
    await expect(page.locator('[role="alert"] [data-testid="notice"]')).toHaveCount(3);
    await expect(lab.id('notices-more')).toContainText('and 2 more');
    await lab.id('notices-more').click();
    await expect(notices).toHaveCount(5);
    await expect(page.locator('.notices')).toBeInViewport({ ratio: 1 });

    // Dismissed by key, the focus goes from one to the next, and at last back.
    await lab.id('seed-input').focus();
    await notices.first().getByRole('button').focus();
    for (let left = 5; left > 0; left -= 1) {
      await expect(notices).toHaveCount(left);
      await expect.poll(() => page.evaluate(() => document.activeElement.ariaLabel)).toBe('Dismiss this message');
      await page.keyboard.press('Enter');
    }
    await expect(notices).toHaveCount(0);
    await expect(lab.id('seed-input')).toBeFocused();
  });

  test('on a phone one is shown, the others wait behind a button', async ({ lab, page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await lab.open({ ...QUICK, seed: 44, foo: 1, lang: 'fr' }, { ready: false });
    await page.getByRole('tab', { name: 'Model', exact: true }).click();
    for (const field of ['beta', 'lr']) await lab.type(`${field}-input`, 'x');
    await expect(lab.id('notice')).toHaveCount(1);
    await expect(lab.id('notices-more')).toContainText('and 2 more');
    const { height } = await page.locator('.notices').boundingBox();
    expect(height).toBeLessThan(844 / 4);
    await lab.id('notices-more').click();
    await expect(lab.id('notice')).toHaveCount(3);
    await expect(page.locator('.notices')).toBeInViewport({ ratio: 1 });
  });

  test('what the address asks for in vain is said', async ({ lab }) => {
    await lab.open({ ...QUICK, seed: 43, foo: 1, data: 'short', level: 'most' }, { ready: false });
    await expect(lab.id('notice')).toHaveCount(1);
    for (const name of ['foo', 'data', 'level=most']) {
      await expect(lab.id('notice')).toContainText(name);
    }
  });
});

for (const width of [1280, 390]) {
  test(`a number that will not do says why to who stands in its field, ${width} px`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await lab.open({ ...QUICK, seed: 44 }, { ready: false });
    if (width < 900) await page.getByRole('tab', { name: 'Model', exact: true }).click();
    for (const name of ['beta', 'lr', 'steps', 'seed']) {
      const field = lab.id(`${name}-input`);
      await field.fill('x');
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      const note = page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`);
      await expect(note).toContainText('expected');
      const { x, width: wide } = await note.boundingBox();
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + wide).toBeLessThanOrEqual(width);
      await field.fill('1');
      await expect(field).toHaveAttribute('aria-invalid', 'false');
    }
  });
}

test('verdicts, pauses and going on are told to who does not see them', async ({ lab, page }) => {
  await lab.open({ ...QUICK, seed: 45, steps: 2000 });
  await page.keyboard.press('2');
  const next = await lab.until('the next pair', () => lab.pair());
  await expect.poll(() => said(lab).then((all) => all.at(-1))).toMatch(/^B is better, 1 label\. Next: /);
  expect((await said(lab)).at(-1)).toContain(next.prompt);
  await page.keyboard.press('s');
  await expect.poll(() => said(lab).then((all) => all.at(-1))).toMatch(/^Skipped\. Next: /);
  // The same sentence twice is two elements: it is heard twice.
  const heard = await listenTo(page, 'status', 'Paused at step');
  await page.keyboard.press('p');
  await lab.until('a step', async () => (await lab.metrics()).step >= 1);
  await page.keyboard.press('p');
  await expect.poll(heard).toBe(1);
  await page.keyboard.press('p');
  await expect.poll(() => said(lab).then((all) => all.join())).toContain('Training goes on.');
  await page.keyboard.press('p');
  await expect.poll(heard).toBe(2);
});

test('single keys can be switched off, and stay off', async ({ lab, page }) => {
  await lab.open({ ...QUICK, seed: 46 }, { ready: false });
  const hint = lab.id('label-tie').locator('kbd');
  await expect(hint).toBeVisible();
  await page.keyboard.press('?');
  await lab.id('keys-switch').uncheck();
  await page.keyboard.press('Escape');
  await expect(hint).toBeHidden();
  await expect(lab.id('label-tie')).not.toHaveAttribute('aria-keyshortcuts');
  await page.keyboard.press('1');
  await lab.id('label-tie').click();
  await lab.untilVerdicts('tie');

  await lab.reload();
  await lab.untilLabelCount(1);
  await page.keyboard.press('1');
  await page.keyboard.press('?');
  await lab.id('label-tie').click();
  await lab.untilVerdicts('tie', 'tie');
  await expect(lab.id('keys-switch')).toBeHidden();
  await page.getByRole('button', { name: 'Help and keys' }).click();
  await lab.id('keys-switch').check();
  await page.keyboard.press('Escape');
  await lab.label('1');
  await lab.untilVerdicts('a', 'tie', 'tie');
});

for (const width of [1280, 390]) {
  test(`three links skip to labelling, training and results, ${width} px`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await lab.open({ ...QUICK, seed: 47 }, { ready: false });
    const inside = (selector) =>
      page.evaluate((selector) => Boolean(document.activeElement.closest(selector)), selector);
    for (const [presses, column, first] of [
      [1, 'label', '.label-panel'],
      [2, 'model', '.train-panel'],
      [3, 'curves', '.metrics'],
    ]) {
      // Of a page that was just opened they are what the tabulator comes to first.
      if (presses > 1) await page.locator('.skip-link').first().focus();
      for (let press = presses > 1 ? 1 : 0; press < presses; press += 1) await page.keyboard.press('Tab');
      expect(await focused(page)).toMatch(/^Skip to /);
      await page.keyboard.press('Enter');
      await expect.poll(() => focused(page)).toBe(`column-${column}`);
      await expect(page.locator(first).first()).toBeInViewport();
      await page.keyboard.press('Tab');
      expect(await inside(first), await focused(page)).toBe(true);
    }
    expect(new URL(page.url()).hash).toBe('');
  });
}

test('the focus goes somewhere when what held it is gone', async ({ lab, page }) => {
  await lab.open({ ...QUICK, seed: 48 }, { ready: false });
  await page.getByRole('button', { name: 'Put the first steps away' }).click();
  await expect(lab.id('label-a')).toBeFocused();

  await lab.id('device-badge').click();
  await lab.id('bench-close').click();
  await expect(lab.id('device-badge')).toBeFocused();

  await lab.label('1');
  await lab.id('erase-all').click();
  await expect(lab.id('erase-cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(lab.id('erase-all')).toBeFocused();
  expect(await lab.labelCount()).toBe(1);
  await page.keyboard.press('Enter');
  await expect(lab.id('erase-cancel')).toBeFocused();
  await lab.id('erase-confirm').press('Enter');
  await expect(lab.id('erase-all')).toBeFocused();
  await lab.untilLabelCount(0);

  await page.keyboard.press('?');
  await expect(page.locator('#help')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(lab.id('erase-all')).toBeFocused();
});

test.describe('touch', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('a tap leaves no look of a choice on the next pair', async ({ lab, page }) => {
    await lab.open({ ...QUICK, seed: 49 }, { ready: false });
    const ground = (name) => lab.id(name).evaluate((element) => getComputedStyle(element).backgroundColor);
    const before = await lab.pair();
    await lab.id('label-a').tap();
    await lab.until('the next pair', async () => (await lab.pair()).prompt !== before.prompt);
    await expect.poll(() => ground('label-a')).toBe(await ground('label-b'));
    expect(await page.evaluate(() => matchMedia('(hover: hover)').matches)).toBe(false);
  });

  test('the bars of a tapped token come on the same screen', async ({ lab, page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await lab.open({ device: 'cpu', model: 'nano', seed: 62, level: 'standard' });
    await lab.labelShorter(1);
    await page.getByRole('tab', { name: 'Model' }).tap();
    const token = page.locator('[data-testid="heatmap"] .token').first();
    await token.tap();
    const bars = lab.id('next-token-bars');
    await expect(bars.locator('.bar-row').first()).toBeInViewport();
    await expect(token).toBeInViewport();
  });
});

test('no style speaks of hovering to a screen that has none', async ({ lab, page }) => {
  await lab.open({ ...QUICK, seed: 49 }, { ready: false });
  const { strays, all } = await page.evaluate(() => {
    const rules = (list, conditions) =>
      [...list].flatMap((rule) =>
        rule.cssRules && rule.selectorText === undefined
          ? rules(rule.cssRules, conditions + (rule.conditionText ?? ''))
          : [{ selector: rule.selectorText ?? '', conditions }],
      );
    const hovers = [...document.styleSheets]
      .flatMap((sheet) => rules(sheet.cssRules, ''))
      .filter(({ selector }) => selector.includes(':hover'));
    const strays = hovers.filter(({ conditions }) => !conditions.includes('hover: hover'));
    return { strays: strays.map(({ selector }) => selector), all: hovers.length };
  });
  expect(all).toBeGreaterThan(0);
  expect(strays).toEqual([]);
});

for (const colorScheme of ['light', 'dark']) {
  test(`forced colours, ${colorScheme}: progress, bars, heat, swatches and scales are still drawn`, async ({
    lab,
    page,
  }) => {
    await page.emulateMedia({ forcedColors: 'active', colorScheme });
    await lab.open({ ...QUICK, seed: 50, lr: 0.001 });
    await lab.labelShorter(6);
    await lab.train({ objective: 'dpo', steps: 20 });
    await lab.heatmap();
    await lab.nextTokens();
    await lab.winRate('short');
    await page.screenshot({ path: `results/screens/forced-${colorScheme}.png`, fullPage: true });
    const drawn = {
      progress: page.locator('.label-progress progress'),
      'run-progress': lab.id('train-progress'),
      'policy-bar': page.locator('.bars .bar.policy').first(),
      'reference-bar': page.locator('.bars .bar.reference').first(),
      'policy-swatch': page.locator('.swatch.policy').first(),
      'reference-swatch': page.locator('.swatch.reference').first(),
      'heat-scale': page.locator('.heat-scale').first(),
      'win-rate': page.locator('.win-scale'),
    };
    for (const [name, element] of Object.entries(drawn)) {
      const { share } = await drawnIn(page, element);
      expect(share, `${name}: the share of its pixels that are not of the ground`).toBeGreaterThan(0.08);
    }
    // Likelier and less likely differ in more than a colour, and more is drawn as more.
    const edge = (selector) =>
      page.locator(selector).first().evaluate((token) => {
        const { borderBottomStyle, borderBottomWidth } = getComputedStyle(token);
        return { style: borderBottomStyle, px: parseFloat(borderBottomWidth) };
      });
    const [up, down] = [await edge('.token.up'), await edge('.token.down')];
    expect(up.style).not.toBe(down.style);
    const widths = await page
      .locator('.token')
      .evaluateAll((tokens) => tokens.map((token) => parseFloat(getComputedStyle(token).borderBottomWidth)));
    expect(Math.max(...widths) - Math.min(...widths)).toBeGreaterThan(2);
  });
}
