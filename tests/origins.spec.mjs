// Whose labels are whose: origins are kept, what is here already is asked about, and a set is
// not compared with itself.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 81 };
const SET_ROWS = 64;

const row = (prompt, chosen, rejected) => JSON.stringify({ prompt, chosen, rejected });
const PAIRS = [1, 2, 3, 4].map((number) => ({
  prompt: `Question ${number}?`,
  a: `First of ${number}.`,
  b: `Second of ${number}.`,
}));
const FILE = PAIRS.map(({ prompt, a, b }) => row(prompt, a, b)).join('\n');

test('labels of a set and of a file are theirs, not yours, also out and in again', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  await lab.label('1');
  await choose(lab, 'anna.jsonl', row('Sky?', 'Blue.', 'Green.'));
  await lab.untilLabelCount(2);
  await lab.importSet('polite-noisy', 2 + SET_ROWS);
  expect(await names(lab)).toEqual(['practice set: polite, noisy']);
  await by(lab, 'from anna.jsonl');
  expect(await names(lab)).toEqual(['anna.jsonl']);
  await by(lab, 'by you');
  expect(await lab.labels()).toHaveLength(1);

  // What is judged anew is the person's.
  await by(lab, 'from anna.jsonl');
  await lab.id('verdict-select').first().selectOption('b');
  await by(lab, 'by you');
  await lab.until('two of one\'s own', async () => (await lab.labels()).length === 2);
  await lab.id('label-undo').click();
  await lab.until('one of one\'s own', async () => (await lab.labels()).length === 1);

  const exported = await saved(page, () => lab.id('data-export-all').click());
  await lab.reload();
  await lab.untilLabelCount(2 + SET_ROWS);
  await by(lab, 'from anna.jsonl');
  expect(await names(lab)).toEqual(['anna.jsonl']);
  await erase(lab);
  await choose(lab, 'labels.tilt.jsonl', exported);
  await lab.untilLabelCount(2 + SET_ROWS);
  expect(await saved(page, () => lab.id('data-export-all').click())).toBe(exported);
  await by(lab, 'from practice set: polite, noisy');
  await by(lab, 'by you');
  expect(await lab.labels()).toHaveLength(1);

  // The same file in another lab is somebody else's.
  await erase(lab);
  const code = /author[^0-9a-f]*code[^0-9a-f]*([0-9a-f]{6})/.exec(exported)[1];
  await choose(lab, 'theirs.jsonl', exported.replaceAll(code, 'abcdef'));
  await lab.untilLabelCount(2 + SET_ROWS);
  await by(lab, 'from theirs.jsonl (lab abcdef)');
  expect(await lab.labels()).toHaveLength(1);
});

test('a file that is here already is asked about, whichever way round it stands', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  await choose(lab, 'pairs.jsonl', FILE);
  await lab.untilLabelCount(4);
  await choose(lab, 'pairs.jsonl', FILE);
  const question = lab.id('import-question');
  await expect(question).toContainText('came in before');
  expect(await lab.carriedJson('import-question')).toEqual({ new: 0, same: 4, other: 0 });
  await expect(question).toBeFocused();
  await lab.id('import-none').click();
  await expect(question).toBeHidden();
  expect(await lab.labelCount()).toBe(4);

  // Sides swapped with the same judgement, another judgement, and something new.
  const [one, two] = PAIRS;
  const mixed = [
    JSON.stringify({ prompt: one.prompt, chosen: ` ${one.a}`, rejected: one.b }),
    row(two.prompt, two.b, two.a),
    row('New?', 'Yes.', 'No.'),
  ].join('\n');
  await choose(lab, 'mixed.jsonl', mixed);
  await expect(question).toBeVisible();
  expect(await lab.carriedJson('import-question')).toEqual({ new: 1, same: 1, other: 1 });
  await lab.id('import-new').click();
  await lab.untilLabelCount(5);
  await choose(lab, 'mixed.jsonl', mixed);
  await lab.id('import-replace').click();
  await lab.untilLabelCount(5);
  await by(lab, 'from mixed.jsonl');
  expect(await lab.labels()).toHaveLength(3);
  // One change, which U takes back.
  await page.keyboard.press('u');
  await lab.until('the file\'s own', async () => (await lab.labels()).length === 1);
  expect(await lab.labelCount()).toBe(5);
  await choose(lab, 'pairs.jsonl', FILE);
  await lab.id('import-all').click();
  await lab.untilLabelCount(9);
});

test('practice sets do not add up without a word', async ({ lab }) => {
  await lab.open(OPENED, { ready: false });
  await lab.importSet('short', SET_ROWS);
  await lab.id('data-set').selectOption('short');
  await expect(lab.id('import-question')).toContainText('came in before');
  await lab.id('import-none').click();
  await lab.id('data-set').selectOption('long');
  const question = lab.id('import-question');
  await expect(question).toContainText('short');
  await lab.id('import-replace').click();
  await lab.until('the other set', async () => (await names(lab))[0] === 'practice set: long, clean');
  expect(await lab.labelCount()).toBe(SET_ROWS);
  // Another question than the pairs': a set of other pairs is asked about too.
  await lab.id('data-set').selectOption('warm');
  await expect(question).toContainText('long');
  await lab.id('import-all').click();
  await lab.untilLabelCount(2 * SET_ROWS);
});

test('a file that came in is compared with yours, and not with itself', async ({ lab }) => {
  await lab.open(OPENED, { ready: false });
  for (const [index, pair] of PAIRS.entries()) {
    await lab.write(pair);
    await lab.until('the written pair', async () => (await lab.pair())?.prompt === pair.prompt);
    await lab.label(index < 2 ? '1' : '2');
  }
  const other = PAIRS.map(({ prompt, a, b }, index) =>
    index < 3 ? row(prompt, a, b) : row(prompt, b, a),
  ).join('\n');
  await choose(lab, 'other.jsonl', other);
  await lab.id('import-all').click();
  await lab.untilLabelCount(8);
  await lab.id('agreement-open').click();
  const buffer = Buffer.from(other);
  await lab.chooseFiles('agreement-import', [{ name: 'other.jsonl', mimeType: 'application/json', buffer }]);
  await expect(lab.page.locator('.agreements + p')).toContainText('not compared with itself');
  const found = lab.id('agreement-value');
  for (const value of await found.all()) {
    const { n, agreement, kappa } = JSON.parse(await value.getAttribute('data-value'));
    expect(n).toBe(4);
    expect(agreement).toBeCloseTo(0.75, 12);
    expect(kappa).toBeCloseTo(0.5, 12);
  }
  expect(await found.count()).toBe(2);
  await expect(lab.page.locator('.agreements')).toContainText('you and other.jsonl');
  // The worker that read the file is gone.
  await lab.until('the importers to end', async () =>
    lab.page.workers().every((worker) => !worker.url().includes('importer')),
  );
});

test('an answer against itself or against none is told and decides nothing', async ({ lab }) => {
  await lab.open(OPENED);
  const rows = [row('Sky?', 'Blue.', 'Blue. '), row('Sky?', 'Blue.', ''), row('Sky?', 'Blue.', 'Red.')];
  await choose(lab, 'odd.jsonl', rows.join('\n'));
  await lab.untilLabelCount(3);
  await expect(lab.id('error-banner')).toContainText('1 pair with the same answer on both sides');
  await expect(lab.id('error-banner')).toContainText('1 pair with an empty answer');
  await expect(lab.id('label-count')).toHaveAttribute('data-decisive', '1');
  await expect(lab.id('training-sees')).toContainText('sees 1 of 3 labels');
  const { pairs, same_answers: same } = await lab.dataReport();
  expect(pairs.count).toBe(1);
  expect(same.count).toBe(2);
  await lab.train({ objective: 'dpo', steps: 1 });
  expect(await lab.page.locator('.run-progress span').getAttribute('title')).toBe('trained on 1 row');
});

test('what training would pass over is said before it begins', async ({ lab }) => {
  await lab.open(OPENED, { ready: false });
  const note = lab.id('training-sees');
  await lab.label('3');
  await expect(note).toContainText('none of 1 label: 1 tie');
  await lab.label('5');
  await expect(note).toContainText('KTO also learns');
  await lab.chooseObjective('kto');
  await expect(note).toContainText('2 desirable answers and no undesirable one');
  await lab.label('1');
  await expect(note).not.toContainText('no undesirable');
});

test('another person\'s lab is summed up, and comes in under its name', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  await lab.type('beta-input', '0.7');
  await lab.label('1');
  await lab.label('2');
  const own = await savedBytes(page, () => lab.id('lab-export').click());
  const code = /"lab_code":"([0-9a-f]{6})"/.exec(own.toString('latin1'))[1];
  const of = (other) => Buffer.from(own.toString('latin1').replaceAll(code, other), 'latin1');
  await erase(lab);
  await lab.label('3');
  await lab.type('beta-input', '0.2');

  await lab.id('lab-import').setInputFiles(asFile('anna.tilt', of('aaaaaa')));
  const summary = lab.id('lab-summary');
  await expect(summary).toContainText('anna.tilt is a lab with 2 labels (by hand: 2), 0 runs');
  await expect(summary).toContainText('0.7');
  expect(await lab.labelCount()).toBe(1);
  await expect(lab.id('lab-name')).toHaveValue('anna');
  await lab.id('lab-beside').click();
  await lab.untilLabelCount(3);
  expect(await lab.id('beta-input').inputValue()).toBe('0.2');

  await lab.id('lab-import').setInputFiles(asFile('lab.tilt', of('bbbbbb')));
  await expect(lab.id('lab-name')).toHaveValue('bbbbbb');
  await lab.id('lab-name').fill('Ben');
  await lab.id('lab-cancel').click();
  await expect(summary).toBeHidden();
  expect(await lab.labelCount()).toBe(3);
  await by(lab, 'from lab anna');
  expect(await names(lab)).toEqual(['lab anna']);

  // In this one's place: with its settings, and nothing of before.
  await lab.id('lab-import').setInputFiles(asFile('anna.tilt', of('aaaaaa')));
  const opened = page.waitForEvent('load');
  await lab.id('lab-replace').click();
  await opened;
  await lab.untilLabelCount(2);
  expect(await lab.id('beta-input').inputValue()).toBe('0.7');
});

test('a number of rows that is none is not taken', async ({ lab }) => {
  await lab.open(OPENED, { ready: false });
  await lab.id('import-more').locator('summary').click();
  const limit = lab.id('import-limit');
  await lab.type('import-limit', 'many');
  await expect(limit).toHaveValue('5000');
  await expect(limit).toHaveAttribute('aria-invalid', 'true');
  await expect(lab.id('import-limit-hint')).toContainText('expected a whole number from 1 to 50000');
  await lab.type('import-limit', '60000');
  await expect(limit).toHaveValue('5000');
  await lab.type('import-limit', '3');
  await expect(limit).toHaveAttribute('aria-invalid', 'false');
  await choose(lab, 'pairs.jsonl', FILE);
  await lab.untilLabelCount(3);
});

test('before the first pairs are there the page does not say that none is left', async ({ lab, page, site }) => {
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  await page.route('**/starter-pairs.json', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${site.url}?device=cpu&model=nano&seed=81`);
  await expect(lab.id('label-prompt')).toContainText('on their way');
  letThrough();
  await lab.until('a pair to label', () => lab.pair());
});

test('tokens that cannot be seen have marks, and a long prompt can be opened', async ({ lab }) => {
  await lab.open(OPENED);
  const prompt = `What is this? ${'A long story. '.repeat(100)}`.trim();
  await choose(lab, 'odd.jsonl', row('Smile?', 'So \u{1F642} it is.', ' No.'));
  await lab.untilLabelCount(1);
  await lab.heatmap();
  const chips = lab.page.locator('.heat-chosen .token');
  const shown = await chips.locator('.token-text').allInnerTexts();
  expect(shown.join('')).not.toContain('\u{FFFD}');
  for (const byte of ['<0xF0>', '<0x9F>', '<0x99>', '<0x82>']) {
    expect(shown.some((text) => text.includes(byte))).toBe(true);
  }
  expect(shown.every((text) => text.trim() !== '')).toBe(true);
  const first = chips.nth(shown.findIndex((text) => text.includes('<0xF0>')));
  expect(await first.getAttribute('title')).toContain('vocabulary');

  await lab.write({ prompt, a: 'Yes.', b: 'No.' });
  await lab.until('the long prompt', async () => (await lab.pair())?.prompt.startsWith('What is this?'));
  expect((await lab.pair()).prompt.length).toBeLessThan(700);
  await lab.page.locator('.label-panel [data-testid="show-all"]').click();
  expect((await lab.pair()).prompt).toBe(prompt);
});

test('what a press brings is said where it can be seen', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.id('winrate-run').scrollIntoViewIfNeeded();
  await lab.id('winrate-run').click();
  const notice = lab.id('notice').filter({ hasText: 'Choose the principle' });
  await expect(notice).toBeInViewport();
  await lab.id('sample-prompt').fill('');
  await lab.id('sample-run').scrollIntoViewIfNeeded();
  await lab.id('sample-run').click();
  await expect(lab.id('notice').filter({ hasText: 'question for both' })).toBeInViewport();
});

function asFile(name, buffer) {
  return { name, mimeType: 'application/octet-stream', buffer };
}

async function choose(lab, name, text) {
  await lab.id('data-import').setInputFiles(asFile(name, Buffer.from(text)));
}

async function erase(lab) {
  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.untilLabelCount(0);
  await lab.until('a pair to label', () => lab.pair());
}

/** Shows the labels of one origin, by its name in the list. */
async function by(lab, name) {
  await lab.id('verdicts-by').selectOption({ label: name });
}

/** By whom, or from where, the labels of the table are. */
async function names(lab) {
  return [...new Set((await lab.labels()).map((label) => label.by))];
}

async function savedBytes(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return fs.readFileSync(await download.path());
}

async function saved(page, press) {
  return (await savedBytes(page, press)).toString('utf8');
}
