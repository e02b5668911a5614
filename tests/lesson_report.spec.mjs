// What a learner hands in at the end of a lesson: read by people, and by the board again.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink } from './lesson_files.mjs';
import { faults } from './look.mjs';

/** A run that is predicted, an explanation, and a question. */
const LESSON = {
  tilt_lesson: 1,
  id: 'handed-in',
  lang: 'en',
  title: 'To be <handed> in',
  minutes: 1,
  goals: ['See one run.'],
  setup: {
    model: 'nano',
    device: 'cpu',
    settings: { steps: 4, seed: 1 },
    labels: { judge: { short: 1 }, pairs: 8 },
    level: 'start',
  },
  steps: [
    {
      text: 'Train.',
      predict: { kind: 'choice', options: ['It falls', 'It rises'], answer: 0 },
      act: { run: {} },
      check: { kind: 'metric', run: -1, name: 'loss', at_most: 10 },
      explain: { model: 'Because.', points: ['It <b>fits</b>.'] },
    },
    { text: 'And?', quiz: { question: 'Why?', answer: 'Because.', options: ['a', 'b'], right: 1 } },
  ],
};

async function saved(lab, testid) {
  const [download] = await Promise.all([
    lab.page.waitForEvent('download'),
    lab.id(testid).click(),
  ]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

test('a report is a page with the data in it, and can be trained again', async ({ lab, context }) => {
  const learner = new Learner(lab);
  await learner.open(inLink(LESSON));
  await learner.predict();
  await learner.act();
  await learner.answer();
  await learner.next();
  await learner.answer();
  await learner.next();
  await lab.id('lesson-name').fill('Ada & <Co>');
  const page = await saved(lab, 'lesson-report');
  const json = await saved(lab, 'lesson-report-json');
  expect(page.name).toBe('tilt-report-handed-in.html');
  expect(json.name).toBe('tilt-report-handed-in.json');

  const report = JSON.parse(fs.readFileSync(json.path, 'utf8'));
  expect(report.tilt_report).toBe(1);
  expect(report.lesson).toBe('handed-in');
  expect(report.name).toBe('Ada & <Co>');
  expect(report.device).toBe('cpu');
  expect(report.predictions[0]).toMatchObject({ said: { choice: 0 }, is_right: true });
  expect(report.verdicts[0].verdict).toBe('holds');
  expect(report.answers[0].explanation).toBe('Because it is so.');
  expect(report.answers[1]).toMatchObject({ chosen: 0, is_right: false });
  const { began, locked, done } = report.acts[0].times;
  expect(began).toBeGreaterThanOrEqual(report.started);
  expect(locked).toBeGreaterThanOrEqual(began);
  expect(done[0]).toBeGreaterThanOrEqual(locked);
  const [run] = report.runs;
  expect(run.curve.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(run.rows).toHaveLength(8);
  expect(report.rows.length).toBeLessThanOrEqual(8);
  expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(40_000);

  const tab = await context.newPage();
  await tab.setContent(fs.readFileSync(page.path, 'utf8'));
  await expect(tab.locator('h1')).toHaveText('To be <handed> in');
  await expect(tab.locator('body')).toContainText('Ada & <Co>');
  await expect(tab.locator('body')).toContainText('Because it is so.');
  await expect(tab.locator('body')).toContainText('Checks that hold: 1 of 1.');
  const inside = JSON.parse(await tab.locator('#tilt-report').textContent());
  expect(inside.runs).toEqual(report.runs);
  expect(await faults(tab)).toEqual([]);
  await tab.close();

  // The teacher's board reads the page as it is, and trains the run again.
  await lab.id('lessons').click();
  await lab.id('board-open').click();
  await lab.id('board-drop').setInputFiles({
    name: page.name,
    mimeType: 'text/html',
    buffer: fs.readFileSync(page.path),
  });
  await expect(lab.id('board-table')).toContainText('Ada & <Co>');
  await lab.id('board-replay').click();
  const replayed = lab.id('board-replayed');
  await expect(replayed).toHaveAttribute('data-value', 'agrees', { timeout: 60_000 });
  await expect(replayed).toContainText('agrees to the last digit');
  // Kept for whoever trains it again by hand: `tilt lesson replay`.
  if (process.env.TILT_KEEP_REPORT) fs.copyFileSync(page.path, process.env.TILT_KEEP_REPORT);
});
