// The teacher's board: a class's reports side by side, trained again, and taken away as files.
import { LESSON, report, saved, trainedRun } from './board_files.mjs';
import { expect, test } from './fixtures.mjs';
import { faults, sideways, spills } from './look.mjs';

test.describe.configure({ mode: 'serial' });

/** What all tests share: a run that was trained once. */
let trained;

const ANN = [
  ['Hello!', 'Hi.', 'Go away.', 'a'],
  ['Where?', 'Here.', 'There.', 'a'],
  ['Why?', 'So.', 'No.', 'tie'],
];
// The same pairs, the other way round.
const BEN = [
  ['Hello!', 'Go away.', 'Hi.', 'b'],
  ['Where?', 'There.', 'Here.', 'a'],
];
const CID = [['Hello!', 'Hi.', 'Go away.', 'a']];

function classOf(trained) {
  const ann = report(trained, {
    name: 'Ann', minutes: 10, option: 0, number: 0.5, chosen: 1, explanation: 'It grows, I think.', labels: ANN,
  });
  // Says that a claim holds which its own numbers contradict.
  const ben = report(trained, {
    name: '=Ben, "B"', minutes: 20, option: 1, number: 4, chosen: 0, explanation: '<b>It</b> shrinks.', labels: BEN,
  });
  ben.runs[0].curve[0].metrics.loss = 0.95;
  // Says that the loss was another, where no check looks.
  const cid = report(trained, {
    name: 'Cid', minutes: 30, option: 0, number: 1, chosen: 1, explanation: '', labels: CID,
  });
  cid.runs[0].curve[7].metrics.loss += 0.1;
  return [ann, ben, cid].map((report, index) => ({
    name: `tilt-report-${index + 1}.json`,
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(report)),
  }));
}

/** Opens the page and the board from the list of lessons. */
async function openBoard(lab) {
  await lab.open({ device: 'cpu', model: 'nano' }, { ready: false });
  await lab.id('lessons').click();
  await lab.id('board-open').click();
  await expect(lab.id('board')).toBeVisible();
  await expect(lab.page.locator('#board-title')).toBeFocused();
}

async function rows(lab) {
  const table = lab.id('board-table').locator('tbody tr');
  return table.evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())));
}

test('a run is trained as a learner would', async ({ lab }) => {
  trained = await trainedRun(lab);
  expect(trained.run.curve).toHaveLength(12);
  expect(trained.rows).toHaveLength(8);
});

test('reports stand side by side, and a file that is none is told by its name', async ({ lab, page }) => {
  await openBoard(lab);
  const files = classOf(trained);
  const earlier = JSON.parse(files[0].buffer);
  earlier.ended -= 60_000;
  earlier.acts.pop();
  await lab.id('board-drop').setInputFiles([
    ...files,
    { name: 'earlier.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(earlier)) },
    { name: 'cut.json', mimeType: 'application/json', buffer: files[0].buffer.subarray(0, 200) },
    { name: 'photo.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') },
  ]);
  await expect(lab.id('board-summary')).toContainText('3 learners; all have finished.');
  await expect(lab.id('board-refused')).toContainText('cut.json: not valid JSON');
  await expect(lab.id('board-refused')).toContainText('photo.json: no tilt_report in it');
  await expect(lab.id('board-aside')).toContainText('1 report does not count');

  // Who got where, and sorted by points.
  expect((await rows(lab)).map((row) => row.slice(0, 7))).toEqual([
    ['Ann', '3 of 3', '1 of 1', '1 of 1', '1 of 1', '100%', '10'],
    ['=Ben, "B"', '3 of 3', '1 of 1', '0 of 1', '0 of 1', '50%', '20'],
    ['Cid', '3 of 3', '1 of 1', '1 of 1', '1 of 1', '100%', '30'],
  ]);
  const byMinutes = lab.id('board-sort').filter({ hasText: 'Minutes' });
  await byMinutes.click();
  await expect(lab.id('board-table').locator('tbody th').first()).toHaveText('Cid');
  await byMinutes.click();
  await expect(lab.id('board-table').locator('tbody th').first()).toHaveText('Ann');

  // Recheck: Ben's numbers do not bear his verdict.
  const own = (await rows(lab)).map((row) => row[7]);
  expect(own).toEqual(['fit', '1 verdict does not fit', 'fit']);
  await expect(lab.id('board-doubtful')).toContainText('Step 1: the report says “holds”, its own numbers say “does not hold”');

  // Predictions as bars, with the option that came about marked.
  const first = lab.id('board-step').first();
  const bars = first.locator('[data-testid="board-predictions"] .board-bar');
  await expect(bars).toHaveText([/✓ The loss falls.*2 learners/, /The loss rises.*1 learner$/]);
  const numbers = lab.id('board-step').nth(1);
  await expect(numbers.locator('[data-testid="board-predictions"]')).toContainText('Median: 1.00 nats predicted');
  await expect(numbers.locator('svg')).toBeVisible();
  await expect(lab.id('board-quiz').locator('.board-bar')).toHaveText([/The loss.*1 learner$/, /✓ The margin.*2 learners/]);
  await expect(lab.id('board-wrong').locator('li').first()).toContainText('1 of 3');

  // Free answers side by side, as they were written, without names where they are hidden.
  await lab.id('board-answers').locator('summary').click();
  await expect(lab.id('board-answers')).toContainText('<b>It</b> shrinks.');
  await lab.id('board-hide-names').check();
  await expect(lab.id('board')).not.toContainText('Ann');
  await expect(lab.id('board-table').locator('tbody th')).toHaveText(['Learner 1', 'Learner 2', 'Learner 3']);
  await lab.id('board-hide-names').uncheck();

  // Two learners agree on the first pair with all three, and disagree on the second: of four
  // pairs of verdicts three are equal.
  expect(await lab.carried('board-agreement')).toBe('0.75');
  const alpha = Number(await lab.carried('board-alpha'));
  // n = 5, o = 2 unlike, values a: 3 and 1, b: 1.
  expect(alpha).toBeCloseTo(1 - (4 * 2) / (25 - 16 - 1), 9);
  await expect(lab.id('board-disputed').locator('> li')).toHaveCount(1);
  await expect(lab.id('board-disputed')).toContainText('Where?');

  // Curves of the same run.
  const last = await lab.carriedJson('board-curves-chart');
  expect(last.map(({ learner, step }) => [learner, step])).toEqual([['Ann', 12], ['=Ben, "B"', 12], ['Cid', 12]]);

  // Nothing of it is kept.
  await page.reload();
  await lab.id('lessons').click();
  await lab.id('board-open').click();
  await expect(lab.id('board-take')).toBeVisible();
  await expect(lab.id('board-table')).toHaveCount(0);
});

test('reports dropped on the page open the board, and what was altered is found when they are trained again', async ({
  lab,
  page,
}) => {
  await lab.open({ device: 'cpu', model: 'nano' });
  await lab.autolabel({ principle: 'short', count: 4 });
  const before = await lab.train({ steps: 3 });
  const files = classOf(trained).map(({ name, buffer }) => ({ name, text: buffer.toString('utf8') }));
  await page.evaluate((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files) transfer.items.add(new File([text], name));
    for (const type of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, files);
  await expect(lab.id('board-table').locator('tbody tr')).toHaveCount(3);
  await lab.id('board-replay-all').click();
  const replayed = lab.id('board-replayed');
  await expect(replayed.nth(2)).toHaveAttribute('data-value', 'differs', { timeout: 60_000 });
  await expect(replayed.nth(0)).toHaveAttribute('data-value', 'agrees');
  await expect(replayed.nth(0)).toContainText('agrees to the last digit');
  await expect(replayed.nth(1)).toHaveAttribute('data-value', 'differs');
  await expect(replayed.nth(1)).toContainText(/step 1: the report says loss 0\.95, this run gives 0\.69/);
  await expect(replayed.nth(2)).toContainText('step 8: the report says loss');
  await expect(lab.id('board-replay-stop')).toHaveCount(0);
  // The Lab's own run is what it was.
  expect(await lab.metrics()).toMatchObject({ step: before.step, loss: before.loss });
  await lab.untilReady();
});

test('a run that cannot be trained again says why, and one under way can be stopped', async ({ lab }) => {
  await openBoard(lab);
  const [ann, ben, cid] = classOf(trained).map(({ buffer }) => JSON.parse(buffer));
  ann.runs[0].model = 'mine';
  ben.runs[0].is_changed = true;
  // Long enough to be stopped.
  cid.runs[0].settings.steps = 4000;
  cid.runs[0].steps = 4000;
  const files = [ann, ben, cid].map((report, index) => ({
    name: `${index}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(report)),
  }));
  await lab.id('board-drop').setInputFiles(files);
  await lab.id('board-replay').nth(0).click();
  const replayed = lab.id('board-replayed');
  await expect(replayed.nth(0)).toContainText('its model “mine” is not one that comes with Tilt');
  await expect(replayed.nth(0)).toHaveAttribute('data-value', 'not replayable');
  await lab.id('board-replay').nth(1).click();
  await expect(replayed.nth(1)).toContainText('its settings were changed while it was under way');
  await lab.id('board-replay').nth(2).click();
  await expect(replayed.nth(2)).toContainText(/run 1 of 1, step [1-9]\d* of 4000/, { timeout: 60_000 });
  await lab.id('board-replay-stop').click();
  await expect(replayed.nth(2).locator('progress')).toHaveCount(0);
  await expect(replayed.nth(2)).not.toHaveAttribute('data-value', /./);
});

test('a class is saved for a gradebook, for a record store and without names', async ({ lab, page }) => {
  await openBoard(lab);
  await lab.id('board-drop').setInputFiles(classOf(trained));
  const csv = await saved(page, 'tilt-class-a-class.csv', () => lab.id('board-csv').click());
  const lines = csv.trimEnd().split('\r\n');
  expect(lines[0]).toBe('name,lesson,version,steps done,steps,checks held,checks,points,minutes,started');
  expect(lines[1]).toBe(`Ann,a-class,${trained.lesson_hash},3,3,1,1,100,10,2026-02-28`);
  // No spreadsheet computes a name.
  expect(lines[2].startsWith('"\'=Ben, ""B""",a-class,')).toBe(true);

  const statements = JSON.parse(await saved(page, /xapi\.json$/, () => lab.id('board-xapi').click()));
  const whole = statements.filter(({ verb }) => verb.id.endsWith('/completed'));
  expect(whole).toHaveLength(3);
  expect(whole[0]).toMatchObject({
    actor: { account: { name: 'Ann' } },
    object: { id: `urn:tilt:lesson:a-class:${trained.lesson_hash}` },
    result: { score: { scaled: 1 }, completion: true, success: true, duration: 'PT10M0S' },
    timestamp: '2026-02-28T09:10:00Z',
  });
  const quiz = statements.filter(({ object }) => object.id.endsWith(':step:3:quiz'));
  expect(quiz.map(({ result }) => [result.response, result.success])).toEqual([['1', true], ['0', false], ['1', true]]);

  const majority = await saved(page, /labels\.jsonl$/, () => lab.id('board-majority').click());
  const kept = majority.trim().split('\n').map((line) => JSON.parse(line));
  expect(kept.map(({ prompt, chosen }) => [prompt[0].content, chosen[0].content])).toEqual([['Hello!', 'Hi.']]);

  await lab.id('board-anonymous').check();
  await lab.id('board-keep-texts').uncheck();
  const reports = await saved(page, /reports\.jsonl$/, () => lab.id('board-reports').click());
  expect(reports).not.toContain('Ann');
  expect(reports).not.toContain('It grows, I think.');
  const named = await saved(page, /xapi\.json$/, () => lab.id('board-xapi').click());
  expect(named).not.toContain('timestamp');
  // And they can be looked at again.
  await lab.id('board-clear').click();
  await lab.id('board-drop').setInputFiles({ name: 'class.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(reports) });
  await expect(lab.id('board-table').locator('tbody th')).toHaveText(['Learner 1', 'Learner 2', 'Learner 3']);
});

for (const theme of ['light', 'dark']) {
  test(`thirty reports fit on a narrow screen and pass axe, ${theme}`, async ({ lab, page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await lab.open({ device: 'cpu', model: 'nano', theme }, { ready: false });
    await lab.id('lessons').click();
    await lab.id('board-open').click();
    const [ann] = classOf(trained).map(({ buffer }) => JSON.parse(buffer));
    const files = Array.from({ length: 30 }, (_, index) => ({
      name: `${index}.json`,
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ ...ann, name: `A learner with a long name ${index}` })),
    }));
    await lab.id('board-drop').setInputFiles(files);
    await expect(lab.id('board-table').locator('tbody tr')).toHaveCount(30);
    await expect(lab.id('board-replayed')).toHaveCount(30);
    expect(await page.evaluate(sideways)).toMatchObject({ culprits: [] });
    expect(await page.evaluate(spills)).toEqual([]);
    expect(await faults(page)).toEqual([]);
  });
}

test('the board says what it does without its lesson', async ({ lab }) => {
  await openBoard(lab);
  const [ann] = classOf(trained).map(({ buffer }) => JSON.parse(buffer));
  delete ann.lesson_packed;
  await lab.id('board-drop').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(ann)) });
  await expect(lab.id('board-summary')).toContainText('1 learner');
  await expect(lab.id('board')).toContainText('do not carry their lesson');
  expect(LESSON.steps).toHaveLength(3);
});
