// A class's reports, made of one run that was really trained.
import { deflateRawSync } from 'node:zlib';
import { expect } from './fixtures.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink } from './lesson_files.mjs';

const STEPS = 12;

export const LESSON = {
  tilt_lesson: 1,
  id: 'a-class',
  lang: 'en',
  title: 'A lesson for a class',
  minutes: 2,
  goals: ['See one run.'],
  setup: {
    model: 'nano',
    device: 'cpu',
    settings: { steps: STEPS, seed: 3 },
    labels: { judge: { short: 1 }, pairs: 8 },
  },
  steps: [
    {
      text: 'Train **once**.',
      predict: { kind: 'choice', options: ['The loss falls', 'The loss rises'], answer: 0 },
      act: { run: {} },
      check: { kind: 'metric', run: -1, name: 'loss', at: 'start', at_most: 0.7 },
    },
    {
      text: 'How large is the margin?',
      predict: { kind: 'number', unit: 'nats', measure: { metric: 'rewards/margins', run: -1 } },
      explain: { model: 'It grows.', points: ['grows'] },
    },
    {
      text: 'And now?',
      quiz: { question: 'What is at 0 in the beginning?', answer: 'The margin.', options: ['The loss', 'The margin'], right: 1 },
    },
  ],
};

async function saved(page, name, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  expect(download.suggestedFilename()).toMatch(name);
  return Buffer.concat(chunks).toString('utf8');
}

export { saved };

/** Trains the lesson's run as a learner would; gives what a report says of it. */
export async function trainedRun(lab) {
  const learner = new Learner(lab);
  await learner.open(inLink(LESSON));
  for (let step = 0; step < LESSON.steps.length; step += 1) {
    await learner.predict();
    await learner.act();
    await learner.answer();
    await learner.next();
  }
  const own = JSON.parse(await saved(lab.page, /^tilt-report/, () => lab.id('lesson-report-json').click()));
  const exported = JSON.parse(
    await saved(lab.page, /json$/, () => lab.id('runs-save').filter({ hasText: 'JSON' }).click()),
  );
  const [{ run, curve }] = exported.runs;
  const rows = await saved(lab.page, /jsonl$/, () => lab.id('data-export').click());
  return {
    lesson_hash: own.lesson_hash,
    tilt: own.tilt ?? '',
    run: {
      id: run.uid,
      objective: run.kind,
      settings: run.settings,
      model: run.model,
      steps: curve.length,
      is_ended: true,
      rows: rows.trim().split('\n').map((_, index) => index),
      curve,
    },
    rows: rows.trim().split('\n').map((line) => example(JSON.parse(line))),
  };
}

/** A row in the form in which a report holds it. */
function example({ prompt, chosen, rejected }) {
  return { row: 'pair', prompt, chosen, rejected };
}

const BEGAN = Date.UTC(2026, 1, 28, 9, 0, 0);

/** One learner's report of that run. */
export function report(trained, { name, minutes, option, number, chosen, explanation, labels }) {
  const ended = BEGAN + minutes * 60_000;
  const step = (done, of) => ({ done, of, runs: of ? [trained.run.id] : [], times: { left: ended } });
  return {
    tilt_report: 1,
    lesson: LESSON.id,
    lesson_hash: trained.lesson_hash,
    lesson_packed: deflateRawSync(JSON.stringify(LESSON)).toString('base64url'),
    tilt: trained.tilt,
    device: 'cpu',
    model: 'nano',
    name,
    started: BEGAN,
    ended,
    predictions: [
      { said: { choice: option }, text: LESSON.steps[0].predict.options[option], is_right: option === 0 },
      { said: { number }, text: `${number} nats` },
      null,
    ],
    acts: [step(1, 1), step(0, 0), step(0, 0)],
    answers: [{}, { explanation, ticked: [0] }, { chosen, is_right: chosen === 1 }],
    verdicts: [
      { verdict: 'holds', seen: 'In the last run, loss is 0.693 at the first step.', expected: 'loss is at most 0.7' },
      null,
      null,
    ],
    labels: labels.map(([prompt, a, b, verdict]) => ({ prompt, a, b, verdict })),
    facts: {},
    rows: trained.rows,
    runs: [structuredClone(trained.run)],
  };
}
