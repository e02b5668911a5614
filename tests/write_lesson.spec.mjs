// A teacher writes a lesson in the page, hands it out, and a learner plays it.
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { Writer } from './lab_drafts.mjs';
import { Learner } from './lab_lessons.mjs';
import { shippedLesson } from './lesson_files.mjs';
import { faults, sideways } from './look.mjs';

const QUICK = { device: 'cpu', model: 'nano', seed: 3, steps: 4 };

/** Plays a lesson to its end, as a learner without ideas of their own would. */
async function play(lab, count) {
  const learner = new Learner(lab);
  await lab.watchStatus();
  await learner.begun();
  for (let step = 0; step < count; step += 1) {
    expect(await learner.step()).toBe(step);
    await learner.predict();
    await learner.act();
    await learner.answer();
    await learner.next();
  }
  await expect(lab.id('lesson-end')).toBeVisible();
}

async function drop(page, { name, text }) {
  await page.evaluate(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'application/json' }));
      for (const type of ['dragover', 'drop']) {
        const event = new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
        document.body.dispatchEvent(event);
      }
    },
    [name, text],
  );
}

test('a lesson from the Lab as it stands is written, mended, saved, and played by others', async ({
  lab,
  page,
  browser,
}) => {
  const writer = new Writer(lab);
  await lab.open({ ...QUICK, objective: 'ipo', level: 'start' });
  await lab.autolabel({ principle: 'short', count: 8 });
  await writer.open();
  expect(await writer.defects()).toEqual(['id', 'title', 'goals', 'steps[0].text']);
  await writer.fill('title', 'Short answers');
  await writer.fill('goals', 'See one run.\nSay what it cost.');
  await writer.go('How the Lab starts');
  await expect(lab.id('draft-setup')).toHaveText(
    'The model nano, IPO with seed 3 and steps 4; 8 pairs labelled by the judge for “short”; level Start; on CPU.',
  );
  await writer.go('no text yet');
  await writer.fill('steps[0].text', 'The judge likes **short** answers. <b>So?</b>');
  await expect(lab.id('draft-preview').locator('strong')).toHaveText('short');
  await expect(lab.id('draft-preview')).toContainText('<b>So?</b>');

  await writer.add('run');
  await writer.fill('steps[1].text', 'Train once.');
  await writer.fill('steps[1].predict.options', 'It falls\nIt rises');
  await writer.choose('steps[1].predict.answer', 0);
  await writer.fill('steps[1].act[0].run.beta', '0.2');
  await expect(lab.id('draft-preview')).toContainText('Train with beta 0.2');
  // A slip is told by its path, in the list and beside the field, and nothing else is lost.
  await writer.fill('steps[1].check.at_least', 'high');
  expect(await writer.defects()).toEqual(['steps[1].check.at_least']);
  const told = lab.id('draft-defect');
  await expect(told).toHaveText('Step 2 steps[1].check.at_least: a word, expected a number from 0 to 1');
  await expect(lab.id('draft-play')).toHaveCount(0);
  await writer.go('The lesson');
  await told.click();
  await expect(writer.field('steps[1].check.at_least')).toBeFocused();
  await expect(writer.field('steps[1].check.at_least')).toHaveAttribute('aria-invalid', 'true');
  await writer.fill('steps[1].check.at_least', '0.1');
  await expect(lab.id('draft-claim')).toContainText('win rate under “short” of the last run is at least 10%');

  await writer.add('question');
  await writer.fill('steps[2].text', 'And?');
  await writer.fill('steps[2].quiz.question', 'Why?');
  await writer.fill('steps[2].quiz.answer', 'Because.');
  await writer.untilSound();

  await page.reload();
  await lab.watchStatus();
  await writer.open();
  await writer.untilSound();
  expect(await writer.outline()).toEqual(['The judge likes short answers. <b>So?</b>', 'Train once.', 'And?']);

  const link = await writer.link();
  expect(await lab.carried('draft-length')).toBe(String(link.length));
  await expect(lab.id('draft-long')).toHaveCount(0);
  const file = await writer.save();
  expect(file.name).toBe('short-answers.json');
  expect(JSON.parse(file.text)).toMatchObject({
    id: 'short-answers',
    goals: ['See one run.', 'Say what it cost.'],
    setup: { model: 'nano', objective: 'ipo', labels: { judge: { short: 1 }, pairs: 8 } },
  });

  const context = await browser.newContext({ serviceWorkers: 'block' });
  const learners = new Lab(await context.newPage(), lab.site);
  await learners.page.goto(link);
  await play(learners, 3);
  await context.close();

  // The file says the same, and opens where it is dropped.
  await drop(page, file);
  await lab.id('lesson').waitFor({ timeout: 60_000 });
  expect(page.url()).toBe(link);
});

test('labels from a file travel in the lesson, and are there when it begins', async ({
  lab,
  browser,
}) => {
  const writer = new Writer(lab);
  const rows = ['One.', 'Two.', 'Three.'].map((chosen) => ({
    prompt: [{ role: 'user', content: `Say ${chosen}` }],
    chosen: [{ role: 'assistant', content: chosen }],
    rejected: [{ role: 'assistant', content: 'No.' }],
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  await lab.open(QUICK);
  await lab.chooseFiles('data-import', [
    { name: 'class.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text) },
  ]);
  await lab.until('the labels', async () => (await lab.labelCount()) === 3);
  await writer.open();
  await writer.fill('title', 'Three labels');
  await writer.fill('goals', 'See them.');
  await writer.go('How the Lab starts');
  await expect(lab.id('draft-setup')).toContainText('3 labels of its own');
  await expect(lab.id('draft-rows')).toHaveAttribute('data-value', '3');
  // Others of the Lab are taken where they are wanted, and none is a defect with its place.
  await writer.choose('setup.labels', 'hand', { isKind: true });
  await expect(lab.id('draft-rows')).toHaveCount(0);
  await writer.choose('setup.labels', 'rows', { isKind: true });
  await expect(lab.id('draft-rows')).toHaveAttribute('data-value', '3');
  await writer.go('no text yet');
  await writer.fill('steps[0].text', 'Look at the labels.');
  await writer.untilSound();
  expect(JSON.parse((await writer.save()).text).setup.labels).toEqual({ rows });
  const link = await writer.link();

  const context = await browser.newContext({ serviceWorkers: 'block' });
  const learners = new Lab(await context.newPage(), lab.site);
  await learners.page.goto(link);
  await learners.watchStatus();
  await learners.id('lesson').waitFor({ timeout: 60_000 });
  await learners.until('the labels', async () => (await learners.labelCount()) === 3, 60_000);
  await context.close();
});

test('steps are moved by keyboard, copied, removed and brought back', async ({ lab, page }) => {
  const writer = new Writer(lab);
  await lab.open(QUICK, { ready: false });
  await writer.open();
  await writer.go('no text yet');
  await writer.fill('steps[0].text', 'one');
  await writer.add('text');
  await writer.fill('steps[1].text', 'two');
  await writer.add('labels');
  await writer.fill('steps[2].text', 'three');
  const up = page.getByRole('button', { name: 'Move step 3 up' });
  await up.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => writer.outline()).toEqual(['one', 'three', 'two']);
  // The focus goes with the step.
  await expect(page.getByRole('button', { name: 'Move step 2 up' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => writer.outline()).toEqual(['three', 'one', 'two']);
  // What is shown is still the step that was shown.
  await expect(writer.field('steps[0].text')).toHaveValue('three');
  await page.getByRole('button', { name: 'Copy step 1' }).click();
  await writer.fill('steps[1].text', 'three again');
  await page.getByRole('button', { name: 'Remove step 2' }).click();
  await expect.poll(() => writer.outline()).toEqual(['three', 'one', 'two']);
  await expect(lab.id('draft-undo')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => writer.outline()).toEqual(['three', 'three again', 'one', 'two']);
  // What learners label by hand somebody else labels for the terminal.
  await writer.go('How the Lab starts');
  await writer.choose('verify.labels', 'judge', { isKind: true });
  await expect(writer.field('verify.labels.judge.polite')).toHaveValue('1');
});

test('a shipped lesson is changed, as a form and as JSON, and an own draft is not lost by it', async ({
  lab,
  page,
}) => {
  const writer = new Writer(lab);
  await lab.open(QUICK, { ready: false });
  await lab.id('lessons').click();
  await lab.id('lesson-write-own').click();
  await lab.id('lesson-draft').waitFor();
  await writer.fill('title', 'Mine');
  await lab.id('draft-from-shipped').selectOption('beta-and-kl');
  await expect(writer.field('id')).toHaveValue('beta-and-kl');
  await writer.untilSound();
  // Nothing of it is lost on the way through the form.
  const shipped = shippedLesson('beta-and-kl');
  const saved = JSON.parse((await writer.save()).text);
  expect(saved.steps.map(({ text }) => text)).toEqual(shipped.steps.map(({ text }) => text));
  expect(saved.steps[1].check).toEqual(shipped.steps[1].check);
  await expect(lab.id('draft-long')).toContainText('2,000 characters');

  await writer.steps().nth(1).locator('.draft-entry').click();
  await lab.id('draft-json').click();
  const json = lab.id('draft-json-text');
  await json.fill('{');
  await lab.id('draft-json-take').click();
  await expect(json).toHaveAttribute('aria-invalid', 'true');
  await json.fill('{"text": "By hand.", "chek": {}}');
  await lab.id('draft-json-take').click();
  expect(await writer.defects()).toEqual(['steps[1].chek']);
  await expect(writer.field('steps[1].text')).toHaveValue('By hand.');
  const draft = await writer.save();
  expect(draft.name).toBe('beta-and-kl.draft.json');

  await lab.id('draft-undo').click();
  await expect(writer.field('title')).toHaveValue('Mine');
  // A draft with defects opens as it was saved.
  await lab.chooseFiles('draft-open', [{ name: draft.name, mimeType: 'application/json', buffer: Buffer.from(draft.text) }]);
  await expect(writer.field('id')).toHaveValue('beta-and-kl');
  expect(await writer.defects()).toEqual(['steps[1].chek']);
  await lab.chooseFiles('draft-open', [{ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') }]);
  await expect.poll(() => lab.notices()).toContain('cannot be opened as the draft of a lesson');
  await lab.id('draft-close').click();
  await expect(lab.id('lesson-draft')).toBeHidden();
  await expect(lab.id('lesson-write')).toBeFocused();
  await expect(page.locator('#lab')).toBeVisible();
});

for (const [width, theme] of [[1280, 'light'], [390, 'dark'], [320, 'light']]) {
  test(`${theme}, ${width} px: no part of the form sticks out, and axe finds no fault`, async ({
    lab,
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    const writer = new Writer(lab);
    await lab.open({ ...QUICK, theme }, { ready: false });
    await writer.open();
    const look = async (what) => {
      const { culprits } = await page.evaluate(sideways);
      expect(culprits, what).toEqual([]);
      expect(await faults(page), what).toEqual([]);
    };
    await look('a new draft');
    await lab.id('draft-from-shipped').selectOption('judge-bias');
    await expect(writer.field('id')).toHaveValue('judge-bias');
    await writer.go('How the Lab starts');
    await look('the set-up');
    await writer.steps().nth(2).locator('.draft-entry').click();
    await page.evaluate(() => {
      for (const part of document.querySelectorAll('.draft-part')) part.open = true;
    });
    await expect(lab.id('draft-json-text')).toBeVisible();
    await look('a step with all its parts');
  });
}
