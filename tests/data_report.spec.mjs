// What the data is like: findings on practice sets with known properties, the filters that
// follow from them, and prompts that are held out of training.
import { expect, test } from './fixtures.mjs';

const SET_ROWS = 64;

/** Opens the lab with a practice set's labels, and nothing else. */
async function openWith(lab, set, seed) {
  await lab.open({ device: 'cpu', model: 'nano', seed });
  await lab.importSet(set, SET_ROWS);
}

test('a contradictory set is found to be one, and removing it can be undone', async ({ lab }) => {
  await openWith(lab, 'polite-contradictory', 61);
  const findings = await lab.dataReport();
  expect(findings.pairs).toMatchObject({ severity: 'fine', count: SET_ROWS });
  expect(findings.contradictions).toMatchObject({ severity: 'warn', count: SET_ROWS });
  expect(findings.duplicates).toMatchObject({ severity: 'fine', count: 0 });
  // Each pair stands there both ways round, so neither side is longer, or likelier.
  expect(findings.length.value).toBeCloseTo(0.5, 10);
  expect(findings.length.severity).toBe('fine');
  expect(findings.reference.value).toBeCloseTo(0.5, 10);

  await expect(lab.finding('contradictions')).toContainText('judged both ways');
  await lab.filterBy('contradictions', 0);
  await lab.undo(SET_ROWS);
  // One change, and the report is of the labels before it.
  await expect(lab.id('data-report')).toHaveAttribute('data-current', 'false');
  await expect(lab.id('sample-keep')).toHaveAttribute('aria-disabled', 'true');
});

test('longer chosen answers are said to be a length bias, with a drawing', async ({ lab }) => {
  await openWith(lab, 'polite-and-longer', 62);
  const { length, contradictions } = await lab.dataReport();
  expect(length.severity).toBe('warn');
  expect(length.value).toBeGreaterThan(0.8);
  expect(contradictions).toMatchObject({ severity: 'fine', count: 0 });
  const card = lab.finding('length');
  await expect(card).toContainText('a length bias');
  await expect(card).toContainText('below 0.001');
  await expect(card.locator('svg[role="img"]')).toHaveAttribute('aria-label', /^Tokens per answer: chosen/);
  expect(await card.locator('svg .bin').count()).toBeGreaterThan(3);
  // Of the reference too, whose margins lie on both sides of zero or on one.
  await lab.id('findings-fine').click();
  await expect(lab.finding('reference').locator('svg')).toBeVisible();
});

test('repetitions go, a sample stays, and what is no number is refused', async ({ lab }) => {
  await openWith(lab, 'polite', 63);
  await lab.importSet('polite', 2 * SET_ROWS);
  const { duplicates } = await lab.dataReport();
  expect(duplicates).toMatchObject({ severity: 'warn', count: SET_ROWS });
  await lab.filterBy('duplicates', SET_ROWS);
  expect((await lab.findings()).duplicates.count).toBe(0);

  await lab.id('sample-count').fill('a few');
  await lab.id('sample-keep').click();
  expect(await lab.untilBanner()).toMatch(/sample.*a few.*whole number/s);
  expect(await lab.labelCount()).toBe(SET_ROWS);

  await lab.id('sample-count').fill('10');
  await lab.id('sample-keep').click();
  await lab.untilReported(10);
  expect(await lab.labelCount()).toBe(10);
  expect(await lab.banner()).toBe('');

  // Margins that no pair has: nothing is left, and everything comes back.
  await lab.id('margin-from').fill('1000');
  await lab.id('margin-to').fill('2000');
  await lab.id('margin-keep').click();
  await lab.untilReported(0);
  expect(await lab.labelCount()).toBe(0);
  await lab.undo(10);
  await lab.undo(SET_ROWS - 10);
  await lab.untilLabelCount(SET_ROWS);
});

test('the judge\'s view follows the principle of the win rate', async ({ lab }) => {
  await openWith(lab, 'polite', 64);
  expect((await lab.dataReport()).judge).toBeUndefined();
  await lab.id('winrate-principle').selectOption('polite');
  const { judge } = await lab.dataReport();
  expect(judge).toMatchObject({ severity: 'fine', value: 1 });
});

test('held-out prompts are left out of training, also after a reload', async ({ lab }) => {
  await openWith(lab, 'polite', 65);
  const held = lab.id('held-out-count');
  await expect(held).toHaveAttribute('data-value', '0');
  await lab.type('held-out-share', '25');
  await lab.type('held-out-seed', '3');
  const labels = await lab.until('held-out labels', async () => Number(await lab.carried('held-out-count')));
  expect(labels).toBeGreaterThan(2);
  expect(labels).toBeLessThan(SET_ROWS / 2);

  await lab.train({ objective: 'dpo', steps: 2 });
  const told = await lab.page.locator('.run-progress span').getAttribute('title');
  expect(told).toBe(`trained on ${SET_ROWS - labels} rows`);
  await lab.dataReport();
  await lab.id('findings-fine').click();
  await expect(lab.finding('pairs')).toContainText(`${labels} of`);

  await lab.reload();
  await lab.untilLabelCount(SET_ROWS);
  await expect(held).toHaveAttribute('data-value', String(labels));
  await expect(lab.id('held-out-share')).toHaveValue('25');

  // More than 90 percent, or no number, is not taken.
  await lab.type('held-out-share', '100');
  await expect(lab.id('held-out-share')).toHaveValue('25');
  await lab.type('held-out-share', '0');
  await expect(held).toHaveAttribute('data-value', '0');
});

test('a run goes on beside a report', async ({ lab }) => {
  await openWith(lab, 'polite', 66);
  await lab.type('steps-input', '3000');
  await lab.id('train-start').click();
  await lab.until('a first step', async () => (await lab.metrics()).step >= 1);
  await lab.id('data-report-run').click();
  await lab.untilReported(SET_ROWS);
  const { step } = await lab.metrics();
  await lab.until('further steps', async () => (await lab.metrics()).step > step);
  await lab.id('train-stop').click();
  await lab.untilReady();
});
