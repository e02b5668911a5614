// What the page says of itself and of a run: the rule to try, and the card that says unasked
// what a run has changed.
import { expect, test } from './fixtures.mjs';
import { faults, sideways, spills } from './look.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 71 };
/** The reading of 64 answers of each model. */
const READ_MS = 120_000;

async function told(lab) {
  return lab.until(
    'the result card',
    async () => {
      if (!(await lab.id('result-card').isVisible())) return undefined;
      const value = await lab.id('result-card').getAttribute('data-value');
      return value !== 'measuring' && value;
    },
    READ_MS,
  );
}

test('a run says unasked what it changed, in words, numbers and answers', async ({ lab, page }) => {
  test.setTimeout(6 * 60_000);
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'polite', count: 64 });
  await lab.train({ objective: 'dpo', steps: 60 });
  expect(await told(lab)).toBe('learnt');
  const card = lab.id('result-card');
  await expect(card).toContainText('polite');
  await expect(card).toContainText('hold together');
  expect(Number(await lab.carried('result-distance'))).toBeGreaterThan(0);
  const leaning = lab.id('result-leaning').first();
  expect(await leaning.getAttribute('data-value')).toBe('polite');
  await expect(leaning).toContainText('preferred in 64 of 64 pairs');
  const examples = page.locator('.result-example');
  await expect(examples).toHaveCount(3);
  for (const example of await examples.all()) {
    const [before, now] = await example.locator('.sample p').allInnerTexts();
    expect(before).not.toBe(now);
  }
  expect(await page.evaluate(sideways)).toMatchObject({ culprits: [] });
  expect(await page.evaluate(spills)).toEqual([]);
  expect(await faults(page)).toEqual([]);

  // It is there again with the run, and goes with it.
  await lab.reload();
  expect(await told(lab)).toBe('learnt');
  await lab.id('train-reset').click();
  await expect(card).toHaveCount(0);
});

test('a run that broke the text is called that, with what to try', async ({ lab }) => {
  test.setTimeout(6 * 60_000);
  await lab.open({ ...OPENED, lr: 0.02, beta: 0.01 });
  await lab.autolabel({ principle: 'polite', count: 32 });
  await lab.train({ objective: 'dpo', steps: 40 });
  expect(await told(lab)).toBe('broken');
  await expect(lab.id('result-card')).toContainText('The text broke');
  await expect(lab.id('result-card')).toContainText('larger beta');
  await expect(lab.id('guide-blind')).toHaveCount(0);
});

test('the page says what it is, and the first steps go on with one’s own rule', async ({ lab }) => {
  await lab.open(OPENED);
  await expect(lab.id('intro')).toContainText('little world');
  await expect(lab.id('intro').getByRole('img')).toBeVisible();
  const rule = (slug) => lab.page.locator(`[data-testid="intro-rule"][data-value="${slug}"]`);
  await rule('own').click();
  await expect(lab.id('label-rule')).toContainText('Your own rule');
  await lab.labelShorter(3);
  await expect(lab.id('guide-judge')).toHaveCount(0);
  await expect(lab.id('guide')).toContainText('by your own rule');
  await rule('short').click();
  await expect(lab.id('label-rule')).toContainText('the shorter answer');
  await lab.whileBusy('labelling', () => lab.id('guide-judge').click(), 180_000);
  await lab.untilLabelCount(12);
  // The latest ones, which the table shows.
  const by = (await lab.labels()).map((label) => label.by);
  expect(new Set(by)).toEqual(new Set(['judge: short']));
  await expect(lab.id('guide-blind')).toHaveCount(0);
  await expect(lab.id('guide-result')).toHaveAttribute('aria-disabled', 'true');
});
