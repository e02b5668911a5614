// A lesson's page for teachers: opened from the list, read, left again, printed.
import { expect, test } from './fixtures.mjs';
import { LISTED } from './lesson_files.mjs';
import { faults, sideways } from './look.mjs';

const SECTIONS = 9;

/** The list of lessons, open. */
async function openList(lab, parameters = {}) {
  await lab.open({ device: 'cpu', model: 'nano', seed: 7, ...parameters }, { ready: false });
  await lab.id('lessons').click();
  await expect(lab.id('lesson-open')).toHaveCount(LISTED.length);
}

const opener = (lab, id) => lab.page.locator(`[data-testid="lesson-teachers"][data-value="${id}"]`);

test('each listed lesson has one, with its tables as tables and no mark of Markdown left', async ({
  lab,
}) => {
  await openList(lab);
  const page = lab.id('teacher-page');
  for (const { id, minutes } of LISTED) {
    await opener(lab, id).click();
    await expect(page).toHaveAttribute('data-value', id);
    await expect(page.locator('h3')).toHaveCount(1);
    await expect(page.locator('h4'), id).toHaveCount(SECTIONS);
    await expect(lab.id('lesson-open').first()).toBeHidden();
    const times = await page.locator('table').first().locator('tbody td:nth-child(2)').allTextContents();
    expect(times.map(Number).reduce((sum, time) => sum + time), id).toBe(minutes);
    expect(await page.innerText(), id).not.toMatch(/\*\*|\*\w|^#|\|/m);
    await lab.id('teacher-back').click();
    await expect(page).toHaveCount(0);
    await expect(opener(lab, id)).toBeFocused();
  }
});

test('by keyboard: into the page, back to where one was, and the list closed', async ({ lab, page }) => {
  await openList(lab);
  const [, second] = LISTED;
  await opener(lab, second.id).focus();
  await page.keyboard.press('Enter');
  await expect(lab.id('teacher-page')).toBeFocused();
  await expect(lab.id('teacher-page')).toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(lab.id('teacher-back')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(lab.id('teacher-print')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(opener(lab, second.id)).toBeFocused();
  // Closed with a page open, the list is a list again when it comes back.
  await page.keyboard.press('Enter');
  await expect(lab.id('teacher-page')).toBeFocused();
  await page.getByRole('button', { name: 'Close the list' }).press('Enter');
  await expect(lab.id('lessons')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(lab.id('teacher-page')).toHaveCount(0);
  await expect(lab.id('lesson-open').first()).toBeVisible();
});

for (const [width, theme] of [[1280, 'light'], [320, 'dark']]) {
  test(`${theme}, ${width} px: nothing sticks out, and axe finds no fault`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await openList(lab, { theme });
    expect((await page.evaluate(sideways)).culprits, 'the list').toEqual([]);
    expect(await faults(page), 'the list').toEqual([]);
    // One whose widest table is about runs.
    await opener(lab, 'ipo-and-dpo').click();
    await expect(lab.id('teacher-page').locator('h4')).toHaveCount(SECTIONS);
    expect((await page.evaluate(sideways)).culprits).toEqual([]);
    expect(await faults(page)).toEqual([]);
  });
}

test('on paper it stands alone', async ({ lab, page }) => {
  await page.addInitScript(() => {
    window.__printed = 0;
    window.print = () => (window.__printed += 1);
  });
  await openList(lab);
  await opener(lab, LISTED[0].id).click();
  await expect(lab.id('teacher-page').locator('h4')).toHaveCount(SECTIONS);
  await lab.id('teacher-print').click();
  expect(await page.evaluate(() => window.__printed)).toBe(1);
  await page.emulateMedia({ media: 'print' });
  await expect(lab.id('teacher-page').locator('h3')).toBeVisible();
  for (const gone of ['teacher-back', 'lessons', 'label-a', 'train-start']) {
    await expect(lab.id(gone), gone).toBeHidden();
  }
  await page.emulateMedia({ media: 'screen' });
  await lab.id('teacher-back').click();
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('#lab')).toBeVisible();
});

test.describe('a page that does not come', () => {
  test.use({ expectedComplaints: [/Failed to load resource.*503.*teacher\.md/] });

  test('is said, and can be asked for again', async ({ lab, page }) => {
    const missing = '**/*.teacher.md';
    await page.route(missing, (route) => route.fulfill({ status: 503, body: '' }));
    await openList(lab);
    await opener(lab, LISTED[0].id).click();
    await expect(lab.id('teacher-page').getByRole('alert')).toContainText('could not be loaded');
    await expect(lab.id('teacher-print')).toHaveAttribute('aria-disabled', 'true');
    await page.unroute(missing);
    await lab.id('teacher-again').click();
    await expect(lab.id('teacher-page').locator('h4')).toHaveCount(SECTIONS);
    await expect(lab.id('teacher-page')).toBeFocused();
  });
});
