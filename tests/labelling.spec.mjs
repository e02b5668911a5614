// Labels can be taken back, changed, searched, written and compared.
import { expect, test } from './fixtures.mjs';

const WRITTEN = {
  prompt: 'What is your favourite colour?',
  a: 'I like blue best.',
  b: 'Colours are none of my concern.',
};

test('everything done to labels is undone and done again, and outlives a reload', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 21 }, { ready: false });
  const first = await lab.pair();
  for (const key of ['1', '2', '3']) await lab.label(key);
  await lab.untilVerdicts('tie', 'b', 'a');
  await lab.changeVerdict(2, 'both_good');
  await lab.deleteLabel(1);
  await lab.untilVerdicts('tie', 'both_good');

  const undo = lab.id('label-undo');
  const redo = lab.id('label-redo');
  await undo.click();
  await lab.untilVerdicts('tie', 'b', 'both_good');
  await undo.click();
  await lab.untilVerdicts('tie', 'b', 'a');
  for (let count = 0; count < 3; count += 1) await lab.undo();
  await expect(undo).toHaveAttribute('aria-disabled', 'true');
  await lab.until('the first pair', async () => (await lab.pair())?.prompt === first.prompt);

  for (let count = 0; count < 3; count += 1) await lab.redo();
  await lab.untilVerdicts('tie', 'b', 'a');
  await redo.click();
  await lab.untilVerdicts('tie', 'b', 'both_good');
  await redo.click();
  await lab.untilVerdicts('tie', 'both_good');
  await expect(redo).toHaveAttribute('aria-disabled', 'true');

  await lab.reload();
  await lab.untilVerdicts('tie', 'both_good');
});

test('a new label ends what could be done again', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 22 }, { ready: false });
  await lab.label('1');
  await lab.undo();
  await expect(lab.id('label-redo')).not.toHaveAttribute('aria-disabled', 'true');
  await lab.label('2');
  await expect(lab.id('label-redo')).toHaveAttribute('aria-disabled', 'true');
  await lab.page.keyboard.press('r');
  expect(await lab.labelCount()).toBe(1);
});

test('labels are found, changed and deleted in the table', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 23 }, { ready: false });
  for (const key of ['1', '3', '2', '4']) await lab.label(key);
  const decisive = async () => Number(await lab.id('label-count').getAttribute('data-decisive'));
  expect(await decisive()).toBe(2);

  await lab.id('verdicts-filter').selectOption('tie');
  await lab.untilVerdicts('tie');
  // The row leaves the filtered table, the focus stays in it or goes to the search.
  await lab.id('verdict-select').first().focus();
  await lab.id('verdict-select').first().selectOption('a');
  await lab.untilVerdicts();
  await lab.until('the focus', () =>
    lab.page.evaluate(() => document.activeElement?.dataset.testid === 'verdicts-search'),
  );
  expect(await decisive()).toBe(3);
  await lab.id('verdicts-filter').selectOption('');
  await lab.untilVerdicts('both_bad', 'b', 'a', 'a');

  const [, { text }] = await lab.labels();
  await lab.page.keyboard.press('Escape');
  await lab.id('verdicts-search').fill(text);
  await lab.until('the found label', async () => (await lab.labels()).some((row) => row.text === text));
  await lab.id('verdicts-search').fill('no answer says zyzzyva');
  await lab.untilVerdicts();
  await lab.id('verdicts-search').fill('');

  await lab.id('verdicts-delete').click();
  await lab.untilLabelCount(0);
  await lab.id('label-undo').click();
  await lab.untilLabelCount(4);
});

test('a pair of one\'s own comes up next and is labelled', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 24 }, { ready: false });
  const message = lab.id('write-message');
  await lab.write({ ...WRITTEN, b: '' });
  await expect(message).toContainText('Answer B is empty');
  await lab.write({ ...WRITTEN, b: WRITTEN.a });
  await expect(message).toContainText('the same');
  expect((await lab.pair()).prompt).not.toBe(WRITTEN.prompt);

  await lab.write(WRITTEN);
  await expect(message).toHaveText('');
  await lab.until('the written pair', async () => (await lab.pair())?.prompt === WRITTEN.prompt);
  await expect(lab.id('answer-a')).toHaveText(WRITTEN.a);
  await lab.label('2');
  expect((await lab.labels())[0]).toEqual({ verdict: 'b', text: WRITTEN.b, by: 'you' });
});

test('keys open the written pair and the search, and are inert in their fields', async ({ lab }) => {
  const { page } = lab;
  await lab.open({ device: 'cpu', model: 'nano', seed: 25 }, { ready: false });
  await lab.label('1');
  await page.keyboard.press('w');
  await expect(lab.id('write-prompt')).toBeFocused();
  await page.keyboard.type('Ruw /1');
  await expect(lab.id('write-prompt')).toHaveValue('Ruw /1');
  expect(await lab.labelCount()).toBe(1);
  await lab.id('write-prompt').blur();
  await page.keyboard.press('/');
  await expect(lab.id('verdicts-search')).toBeFocused();
  await expect(lab.id('verdicts-search')).toHaveValue('');
});

test('a judge of several principles labels, and what labelled stays on record', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 26 });
  await lab.label('1');
  await lab.autolabel({
    principle: 'polite',
    count: 12,
    others: [{ principle: 'short', weight: -0.5 }],
    lengthBias: 0.05,
  });
  const [{ by }] = await lab.labels();
  expect(by).toMatch(/^judge: polite . 0\.5 short, 0\.05 per word$/);
  const count = await lab.labelCount();
  await expect(lab.id('verdicts-range')).toHaveText(`1 to 5 of ${count}`);
  await lab.reload();
  await lab.untilLabelCount(count);
  // The table of labels comes in a part of its own.
  await expect.poll(async () => (await lab.labels())[0]?.by).toBe(by);

  // The batch is one change, also of an earlier visit.
  await lab.page.keyboard.press('u');
  await lab.untilLabelCount(1);
  await lab.page.keyboard.press('r');
  await lab.untilLabelCount(count);
});

test('a weight that is no number is refused', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 27 });
  await lab.id('autolabel-open').click();
  await lab.id('autolabel-more').click();
  await lab.id('autolabel-add').click();
  await lab.id('autolabel-weight').fill('lots');
  await lab.id('autolabel-run').click();
  expect(await lab.untilBanner()).toMatch(/weight of truthful.*lots/s);
  expect(await lab.labelCount()).toBe(0);
});

test('labels are compared with those of a file, whichever way round', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 28 }, { ready: false });
  const rows = [];
  for (let index = 0; index < 4; index += 1) {
    const pair = { prompt: `Question ${index}?`, a: `First of ${index}.`, b: `Second of ${index}.` };
    await lab.write(pair);
    await lab.until('the written pair', async () => (await lab.pair())?.prompt === pair.prompt);
    await lab.label(index < 2 ? '1' : '2');
    // The other person prefers A throughout, but for the last pair.
    const [chosen, rejected] = index < 3 ? [pair.a, pair.b] : [pair.b, pair.a];
    rows.push(JSON.stringify({ prompt: pair.prompt, chosen, rejected }));
  }
  await lab.id('agreement-open').click();
  const buffer = Buffer.from(rows.join('\n'));
  await lab.chooseFiles('agreement-import', [{ name: 'other.jsonl', mimeType: 'application/json', buffer }]);
  const found = await lab.until('the agreement', () => lab.carriedJson('agreement-value'));
  expect(found.n).toBe(4);
  expect(found.agreement).toBeCloseTo(0.75, 12);
  expect(found.kappa).toBeCloseTo(0.5, 12);
});

test('after many labels a pair comes again, swapped, and is no new label', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 29 }, { ready: false });
  const shown = async () => ({
    prompt: await lab.id('label-prompt').innerText(),
    a: await lab.id('answer-a').innerText(),
    b: await lab.id('answer-b').innerText(),
  });
  const labelled = [];
  const label = async (key) => {
    const pair = await shown();
    labelled.push({ ...pair, chosen: key === '1' ? pair.a : pair.b });
    await lab.label(key);
  };
  for (let count = 0; count < 8; count += 1) await label(count % 2 ? '1' : '2');
  await lab.id('recheck-share').fill('100');
  await lab.id('recheck-share').blur();
  await label('1');
  await lab.until('a pair to come again', () => lab.isShownAgain());
  const pair = await shown();
  const before = labelled.filter(
    ({ prompt, a, b }) => prompt === pair.prompt && a === pair.b && b === pair.a,
  );
  expect(before).toHaveLength(1);
  const again = pair.b;
  await lab.page.keyboard.press('2');
  const { agreed } = await lab.until('the check', async () => {
    const check = await lab.carriedJson('self-agreement');
    return check?.checked === 1 && check;
  });
  expect(agreed).toBe(before[0].chosen === again ? 1 : 0);
  expect(await lab.labelCount()).toBe(9);
  await lab.page.keyboard.press('u');
  await lab.until('the pair again', () => lab.isShownAgain());
  expect(await lab.id('answer-b').innerText()).toBe(again);
  expect(await lab.labelCount()).toBe(9);
});

test('a practice set comes in with a word on what it is for', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 29 }, { ready: false });
  await lab.id('data-set').selectOption('polite-noisy');
  await lab.untilLabelCount(64);
  await expect(lab.id('error-banner')).toContainText('a quarter of the labels wrong');
  await lab.page.keyboard.press('u');
  await lab.untilLabelCount(0);
});
