// Lessons, taken from their first step to their last, and what may go wrong on the way.
import http from 'node:http';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { Learner } from './lab_lessons.mjs';
import { LISTED, inLink, shippedLesson, small } from './lesson_files.mjs';
import { faults, sideways } from './look.mjs';

const VERDICTS = ['holds', 'not yet', 'does not hold'];

/** Two steps: a run that is predicted, and a question. */
const TINY = {
  tilt_lesson: 1,
  id: 'tiny',
  lang: 'en',
  title: 'A tiny lesson',
  minutes: 1,
  goals: ['See one run.'],
  setup: {
    model: 'nano',
    device: 'cpu',
    settings: { steps: 4, seed: 1 },
    labels: { judge: { short: 1 }, pairs: 8 },
    level: 'start',
    hide: 'closed-form',
  },
  steps: [
    {
      text: 'Read **this** and [KL](term:kl). <b>No HTML.</b>\n\n```formula\nipo\n```',
      show: ['formula', 'frontier'],
      hint: 'None.',
    },
    {
      text: 'Train.',
      predict: { kind: 'choice', options: ['It falls', 'It rises'], answer: 0 },
      act: [{ run: {} }, { measure: { principle: 'short' } }],
      check: { kind: 'win_rate', run: -1, principle: 'short', at_least: 0.999 },
    },
    { text: 'And?', quiz: { question: 'Why?', answer: 'Because.', options: ['a', 'b'], right: 1 } },
  ],
};

for (const { id, title } of LISTED) {
  test(`${id}, small, is played to its end`, async ({ lab }) => {
    const learner = new Learner(lab);
    const lesson = small(shippedLesson(id));
    await learner.open(inLink(lesson));
    await expect(lab.id('lesson').locator('h2')).toHaveText(title);
    for (const [index, step] of lesson.steps.entries()) {
      expect(await learner.step()).toBe(index);
      await learner.predict();
      await learner.act();
      if (step.check) expect(VERDICTS).toContain(await lab.carried('lesson-check'));
      if (step.predict) expect(await lab.carried('lesson-outcome')).toContain('You expected');
      await learner.answer();
      await learner.next();
    }
    await expect(lab.id('lesson-end')).toBeVisible();
    const [download] = await Promise.all([
      lab.page.waitForEvent('download'),
      lab.id('lesson-report').click(),
    ]);
    expect(download.suggestedFilename()).toBe(`tilt-report-${id}.html`);
  });
}

test('what is done before the prediction is locked does not count, and too few answers are "not yet"', async ({
  lab,
}) => {
  const learner = new Learner(lab);
  await learner.open(inLink(TINY));
  // Formula and terms in the text, and HTML as it is written.
  await expect(lab.id('lesson').locator('.lesson-text math')).toBeVisible();
  await expect(lab.id('lesson').locator('.lesson-text')).toContainText('<b>No HTML.</b>');
  await expect(lab.id('lesson').locator('.lesson-text .term')).toHaveText('KL');
  await learner.next();
  await lab.train();
  await expect(lab.id('lesson-act').first()).toHaveAttribute('data-value', 'later');
  await learner.predict();
  await expect(lab.id('lesson-act').first()).toHaveAttribute('data-value', 'now');
  await learner.act();
  // Four steps do not make it sure, whichever way it went.
  expect(['not yet', 'does not hold']).toContain(await lab.carried('lesson-check'));
  await lab.id('lesson-again').click();
  await expect(lab.id('lesson-act').first()).toHaveAttribute('data-value', 'now');
  await expect(lab.id('lesson-check')).toHaveCount(0);
});

test('a lesson in its middle survives a reload, and leaves the own lab alone', async ({ lab }) => {
  const learner = new Learner(lab);
  await lab.open({ device: 'cpu', model: 'nano', seed: 3, level: 'everything' });
  await lab.labelShorter(2);
  await learner.open(inLink(TINY));
  expect(await lab.labelCount()).toBe(8);
  await learner.next();
  await learner.predict();
  await learner.act();
  const verdict = await lab.carried('lesson-check');
  await lab.page.reload();
  await lab.watchStatus();
  await learner.begun();
  expect(await learner.step()).toBe(1);
  expect(await lab.carriedJson('lesson-predict')).toEqual({ choice: 0 });
  expect(await learner.has('lesson-lock')).toBe(false);
  await expect(lab.id('lesson-act').last()).toHaveAttribute('data-value', 'done');
  expect(await lab.carried('lesson-check')).toBe(verdict);
  await lab.id('lesson-back').click();
  await lab.until('the first step', async () => (await learner.step()) === 0);
  await lab.id('lesson-close').click();
  await lab.untilLabelCount(2);
  await expect(lab.id('lesson')).toHaveCount(0);
});

test('who goes back finds a step as it was done, whatever came later', async ({ lab }) => {
  const learner = new Learner(lab);
  const { predict, ...again } = TINY.steps[1];
  expect(predict.kind).toBe('choice');
  await learner.open(inLink({ ...TINY, steps: [again, again] }));
  await learner.act();
  const seen = () => lab.id('lesson-check').innerText();
  const first = await seen();
  await learner.next();
  await lab.type('seed-input', '2');
  await lab.train();
  await lab.type('seed-input', '1');
  await learner.act();
  await lab.id('lesson-back').click();
  await lab.until('the first step', async () => (await learner.step()) === 0);
  expect(await seen()).toBe(first);
});

test('labels by hand are compared with what the judge says of the same pairs', async ({ lab }) => {
  const learner = new Learner(lab);
  const check = { kind: 'agreement', at_least: 0.2, judge: { short: 1 } };
  const labels = { text: 'Label.', act: { label: { count: 3, by: 'hand' } }, check };
  await learner.open(inLink({ ...TINY, setup: { ...TINY.setup, labels: { by: 'hand' } }, steps: [labels] }));
  await lab.labelShorter(3);
  // Three of three that the judge finds decisive, or fewer: either way it was asked.
  await expect(lab.id('lesson-check')).toContainText(/of 3/);
  await expect(lab.id('lesson-check')).not.toContainText('not been compared');
});

test('two tabs of one lesson take in each other’s progress', async ({ lab, page, context }) => {
  const learner = new Learner(lab);
  const lesson = { ...TINY, setup: { ...TINY.setup, labels: { by: 'hand' } } };
  await learner.open(inLink(lesson));
  const other = new Learner(new Lab(await context.newPage(), lab.site));
  await other.open(inLink(lesson));
  await learner.next();
  await learner.predict();
  await expect.poll(() => other.step()).toBe(1);
  // What the other tab does next is written beside it, not over it.
  await other.next();
  await page.reload();
  await lab.watchStatus();
  await learner.begun();
  expect(await learner.step()).toBe(2);
  await lab.id('lesson-back').click();
  await expect(lab.id('lesson-predict')).toHaveAttribute('data-value', '{"choice":0}');
});

test('places are shown at their level, and what is hidden stays so', async ({ lab }) => {
  const learner = new Learner(lab);
  await learner.open(inLink(TINY));
  expect(await lab.carried('level-select')).toBe('start');
  const [formula] = await lab.id('lesson-show').all();
  await formula.click();
  await expect(lab.page.locator('[data-place="formula"]')).toBeInViewport();
  expect(await lab.carried('level-select')).toBe('standard');
  await expect(lab.page.locator('[data-place="closed-form"]')).toBeHidden();
});

test('every place that the page has so far is marked once', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', level: 'everything', seed: 5 });
  await lab.labelShorter(4);
  await lab.train({ steps: 2 });
  const later = ['rollouts', 'reward-model', 'constitution'];
  const places = [
    ...['label', 'judge', 'train', 'formula', 'heatmap', 'next-token-bars', 'samples', 'blind'],
    ...['closed-form', 'metrics', 'chart-logps', 'chart-loss', 'win-rate', 'margins'],
    ...['frontier', 'runs', 'data', 'sweep', 'pipeline'],
  ];
  for (const place of places) {
    await expect(lab.page.locator(`[data-place="${place}"]`), place).toHaveCount(1);
  }
  for (const place of later) {
    await expect(lab.page.locator(`[data-place="${place}"]`), place).toHaveCount(0);
  }
  // Those of runs that sample their answers come with one.
  await lab.chooseObjective('online_dpo');
  await lab.id('reward-source').selectOption('model');
  for (const place of ['reward-model', 'pipeline']) {
    await expect(lab.page.locator(`[data-place="${place}"]`), place).toHaveCount(1);
  }
});

test.describe('a lesson of another host', () => {
  test.use({ expectedComplaints: [/request to another host: http:\/\/localhost/] });

  test('is fetched when the person has seen the host and says so', async ({ lab, page }) => {
    const asked = [];
    const host = http.createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { 'access-control-allow-origin': '*' });
      response.end(JSON.stringify(TINY));
    });
    await new Promise((done) => host.listen(0, 'localhost', done));
    const address = `http://localhost:${host.address().port}/tiny.json`;
    await page.goto(`${lab.site.url}?lesson=${encodeURIComponent(address)}`);
    await lab.id('lesson-door').waitFor();
    expect(await lab.carried('lesson-door')).toBe(`localhost:${host.address().port}`);
    expect(asked).toEqual([]);
    await lab.id('lesson-door-open').click();
    await new Learner(lab).begun();
    await expect(lab.id('lesson').locator('h2')).toHaveText('A tiny lesson');
    expect(asked).toEqual(['/tiny.json']);
    host.close();
  });
});

test('a broken lesson is refused by its paths, and the page goes on', async ({ lab, page }) => {
  const broken = { ...TINY, minutes: 'long', steps: [{ text: 'x', show: 'heatmop' }] };
  await page.goto(lab.site.url + inLink(broken));
  await lab.until('the reasons', async () => {
    const said = await lab.notices();
    return said.includes('minutes:') && said.includes('steps[0].show');
  }, 60_000);
  await lab.labelShorter(2);
  // Half a link.
  await page.goto('about:blank');
  await page.goto(`${lab.site.url}#lesson=abc`);
  await lab.until('what is wrong', async () => (await lab.notices()).includes('could not be opened'), 60_000);
  await lab.untilLabelCount(2);
});

test.describe('a name that no lesson has', () => {
  test.use({ expectedComplaints: [/Failed to load resource.*404.*no-such-lesson/] });

  test('is said, and the page goes on', async ({ lab, page }) => {
    await page.goto(`${lab.site.url}?lesson=no-such-lesson`);
    await lab.until('what is wrong', async () => (await lab.notices()).includes('could not be opened'), 60_000);
    await lab.labelShorter(1);
  });
});

test('a lesson comes by its name from the list, and by a file that is dropped', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 6 });
  await lab.id('lessons').click();
  const listed = lab.id('lesson-open');
  await expect(listed).toHaveCount(LISTED.length);
  const ids = await listed.evaluateAll((links) => links.map((link) => link.dataset.value));
  expect(ids).toEqual(LISTED.map(({ id }) => id));
  await lab.page.evaluate((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'mine.json', { type: 'application/json' }));
    for (const type of ['dragover', 'drop']) {
      const event = new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    }
  }, JSON.stringify(TINY));
  const learner = new Learner(lab);
  await lab.id('lesson').waitFor({ timeout: 60_000 });
  await lab.watchStatus();
  await learner.begun();
  await expect(lab.id('lesson').locator('h2')).toHaveText('A tiny lesson');
});

for (const [width, theme] of [[1280, 'light'], [1024, 'dark'], [390, 'light'], [320, 'dark']]) {
  test(`${theme}, ${width} px: no step of a lesson sticks out, and axe finds no fault`, async ({
    lab,
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    const learner = new Learner(lab);
    await learner.open(`?theme=${theme}${inLink(TINY)}`);
    for (let step = 0; step <= TINY.steps.length; step += 1) {
      if (step === TINY.steps.length - 1) await learner.answer();
      const { culprits } = await page.evaluate(sideways);
      expect(culprits, `step ${step}`).toEqual([]);
      expect(await faults(page), `step ${step}`).toEqual([]);
      if (step < TINY.steps.length) await learner.next();
    }
  });
}
