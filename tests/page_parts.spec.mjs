// The page comes in parts: each when it is wanted, and the page lives without them.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { BUILT_FOLDER } from './static_site.mjs';

const PART = /_part_\w+\.wasm$/;

/** The names of the parts that the page asks for. */
function partsAsked(page) {
  const asked = [];
  page.on('request', (request) => {
    const name = path.basename(new URL(request.url()).pathname);
    if (PART.test(name)) asked.push(name);
  });
  return asked;
}

test.describe('under a path', () => {
  test.use({ prefix: '/class/tilt/' });

  test('a part is fetched when it is wanted, and once', async ({ lab, page }) => {
    const asked = partsAsked(page);
    await lab.open({ device: 'cpu', model: 'nano', seed: 96 });
    // With the engine comes what asks a model, and nothing else but what it shares.
    const parts = () => asked.filter((name) => !/_part_chunk_\d+\.wasm$/.test(name));
    const wanted = [/_part_formula\.wasm$/, /_part_models\.wasm$/].map((name) => expect.stringMatching(name));
    await expect.poll(() => parts().sort()).toEqual(wanted);
    await page.locator('#formula').waitFor();
    await expect(lab.id('winrate-run')).toBeVisible();
    await expect(lab.id('parameters')).toHaveCount(0);
    await page.keyboard.press('f');
    await expect(lab.id('parameters')).toBeVisible();
    expect(asked.filter((name) => name.endsWith('_part_labels.wasm'))).toHaveLength(1);
    const soFar = asked.length;
    await page.keyboard.press('f');
    await expect(lab.id('parameters')).toBeHidden();
    await page.keyboard.press('f');
    await lab.label('1');
    await lab.untilVerdicts('a');
    expect(asked).toHaveLength(soFar);
  });
});

test.describe('where the host does not give a part', () => {
  test.use({
    replaced: async ({}, use) => {
      const part = fs.readdirSync(BUILT_FOLDER).find((name) => name.endsWith('_part_labels.wasm'));
      await use({ [part]: { status: 404, body: 'gone', times: 2 } });
    },
    expectedComplaints: [/status of 404|_part_labels\.wasm: 404/],
  });

  test('that is said, nothing breaks, and trying again helps', async ({ lab, page }) => {
    await lab.open({ device: 'cpu', model: 'nano', seed: 97 });
    await page.locator('#formula').waitFor();
    await page.keyboard.press('f');
    expect(await lab.untilBanner()).toContain('A part of the page could not be loaded');
    // Labels want the part too: without it they are counted all the same.
    await lab.label('1');
    await expect(lab.id('later-failed')).not.toHaveCount(0);
    await page.locator('#formula').getByTestId('later-again').click();
    await expect(lab.id('parameters')).toBeVisible();
    await lab.until('the banner to go', async () => (await lab.banner()) === '');
    await lab.id('later-again').first().click();
    await lab.untilVerdicts('a');
  });
});

test.describe('where the host gives a part at the third time', () => {
  test.use({
    replaced: async ({}, use) => {
      const part = fs.readdirSync(BUILT_FOLDER).find((name) => name.endsWith('_part_labels.wasm'));
      await use({ [part]: { status: 404, body: 'gone', times: 2 } });
    },
    expectedComplaints: [/status of 404|_part_labels\.wasm: 404/],
  });

  test('who asks again by key stays where the part will be', async ({ lab, page }) => {
    await lab.open({ device: 'cpu', model: 'nano', seed: 97 });
    await page.locator('#formula').waitFor();
    await page.keyboard.press('f');
    const again = page.locator('#formula').getByTestId('later-again');
    await again.focus();
    await page.keyboard.press('Enter');
    await lab.until('the same again', async () => (await lab.notices()).includes('2 times'));
    await expect(again).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(lab.id('parameters')).toBeVisible();
    const isThere = () => document.querySelector('#formula').contains(document.activeElement);
    await expect.poll(() => page.evaluate(isThere)).toBe(true);
  });
});
