// What a package says to a learning management system, without the page that plays lessons:
// one that takes all, one that lacks what it may lack, one that refuses, and none.
import { expect, test } from './fixtures.mjs';

/** A system, as `?system=` says what it is like. */
const API = `
  const data = JSON.parse(sessionStorage.getItem('data') ?? '{"cmi.core.lesson_status":"not attempted"}');
  const like = new URLSearchParams(location.search);
  window.calls = [];
  const children = {
    'cmi.core.score._children': like.has('lean') ? 'raw' : 'raw,min,max',
    'cmi.interactions._children': like.has('lean') ? '' : 'id,type,time,student_response,result',
    'cmi.interactions._count': '0',
    'cmi.student_data.mastery_score': like.get('mastery') ?? '',
    'cmi.core.lesson_mode': like.get('mode') ?? 'normal',
  };
  const refuses = like.get('refuses');
  const say = (name, answer) => (...values) => {
    window.calls.push([name, ...values]);
    return refuses === name || refuses === values[0] ? 'false' : answer(...values);
  };
  const system = {
    LMSInitialize: say('LMSInitialize', () => 'true'),
    LMSGetValue: say('LMSGetValue', (element) => children[element] ?? data[element] ?? ''),
    LMSSetValue: say('LMSSetValue', (element, value) => ((data[element] = value), 'true')),
    LMSCommit: say('LMSCommit', () => (sessionStorage.setItem('data', JSON.stringify(data)), 'true')),
    LMSFinish: say('LMSFinish', () => (sessionStorage.setItem('data', JSON.stringify(data)), 'true')),
    LMSGetLastError: () => '201',
    LMSGetErrorString: () => 'Invalid argument error',
  };
  if (refuses === 'throws') system.LMSInitialize = () => { throw new Error('gone'); };
  if (!like.has('none')) window.API = system;
  window.data = data;`;

const STUB = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title>
<link rel="icon" href="data:,"><script>${API}</script>
<script src="./scorm.js" data-lesson="tiny"></script></head><body></body></html>`;

test.use({ replaced: { 'stub.html': { status: 200, contentType: 'text/html', body: STUB } } });

const said = (kind, value, right) => ({ kind, value, right });
const MESSAGE = {
  type: 'tilt-lesson',
  version: 1,
  event: 'verdict',
  lesson: 'tiny',
  lesson_hash: 'h',
  step: 1,
  steps: 3,
  done: [true, true, false],
  verdicts: ['holds', 'not yet', null],
  predictions: [said('number', 2.5, null), said('order', [2, 0, 1], null), null],
  answers: [null, null, null],
};
const END = {
  ...MESSAGE,
  event: 'end',
  step: 3,
  done: [true, true, true],
  verdicts: ['holds', 'does not hold', null],
};

/** Opens the stub, and hands it messages as the player would; answers with what is stored. */
async function opened(page, site, query = '', messages = []) {
  await page.goto(`${site.url}stub.html?${query}`);
  for (const message of messages) {
    await page.evaluate(
      (one) =>
        new Promise((heard) => {
          // After the script's own listener.
          addEventListener('message', () => heard(), { once: true });
          window.postMessage(one, '/');
        }),
      message,
    );
  }
  return page.evaluate(() => window.data);
}

const line = (page) => page.getByTestId('scorm');

test('score, place, time, predictions and answers are what SCORM has for them', async ({ page, site }) => {
  const answers = [null, null, said('choice', 1, true)];
  const data = await opened(page, site, 'token=1', [{ ...MESSAGE, event: 'begin' }, { ...MESSAGE, answers }]);
  expect(data).toMatchObject({
    'cmi.core.lesson_status': 'incomplete',
    'cmi.core.lesson_location': '1',
    'cmi.core.score.raw': '50',
    'cmi.core.score.min': '0',
    'cmi.core.score.max': '100',
    'cmi.interactions.0.id': 'step-1-prediction',
    'cmi.interactions.0.type': 'numeric',
    'cmi.interactions.0.student_response': '2.5',
    'cmi.interactions.0.result': 'neutral',
    'cmi.interactions.1.type': 'sequencing',
    'cmi.interactions.1.student_response': 'c,a,b',
    'cmi.interactions.2.id': 'step-3-question',
    'cmi.interactions.2.student_response': 'b',
    'cmi.interactions.2.result': 'correct',
  });
  expect(data['cmi.core.session_time']).toMatch(/^\d{4}:\d{2}:\d{2}\.\d{2}$/);
  expect(data['cmi.interactions.0.time']).toMatch(/^\d{2}:\d{2}:\d{2}$/);
  await expect(line(page)).toHaveCount(0);
  // The page finds the lesson in its address, and nothing of the system's.
  expect(new URL(page.url()).search).toBe('?lesson=tiny');
  // Each is sent once, however often it is told.
  const sent = await page.evaluate(() => window.calls.filter(([, element]) => element === 'cmi.interactions.0.id'));
  expect(sent).toHaveLength(1);
  // Left, and taken up again.
  await page.reload();
  const left = await page.evaluate(() => window.data);
  expect(left['cmi.core.exit']).toBe('suspend');
  const attempts = JSON.parse(left['cmi.suspend_data']);
  expect(attempts).toMatchObject({ h: 'h', s: 1, r: 'hn-', d: 'xx-' });
  await expect(page.locator('meta[name="attempt"]')).toHaveAttribute('content', attempts.a);
});

test('a lesson is completed where all is done, and passed or failed by a mastery score alone', async ({
  page,
  site,
}) => {
  const skipped = { ...END, done: [true, false, true] };
  for (const [query, message, status, score, words] of [
    ['', END, 'completed', '50', /completed, 50%/],
    ['mastery=50', END, 'passed', '50', /passed, 50%/],
    ['mastery=51', END, 'failed', '50', /failed, 50%/],
    ['', skipped, 'incomplete', '50', /Step 2 still has something to do/],
    ['mastery=50', skipped, 'incomplete', undefined, /Step 2/],
    ['', { ...END, verdicts: [null, null, null] }, 'completed', undefined, /completed\.$/],
  ]) {
    await page.goto(`${site.url}stub.html`);
    await page.evaluate(() => addEventListener('pagehide', () => sessionStorage.clear()));
    const data = await opened(page, site, query, [message]);
    expect(data['cmi.core.lesson_status'], query).toBe(status);
    expect(data['cmi.core.score.raw'], query).toBe(score);
    await expect(line(page)).toHaveText(words);
  }
});

test('what was known elsewhere counts where this browser knows nothing', async ({ page, site }) => {
  await opened(page, site, '', [{ ...MESSAGE, step: 2 }]);
  const nothing = {
    ...MESSAGE,
    event: 'begin',
    step: 0,
    done: [true, false, false],
    verdicts: ['not yet', 'not yet', null],
    predictions: [null, null, null],
  };
  await page.goto(`${site.url}stub.html`);
  const asked = page.evaluate(
    () => new Promise((heard) => addEventListener('message', ({ data }) => data.type.endsWith('resume') && heard(data))),
  );
  await page.evaluate((one) => window.postMessage(one, '/'), nothing);
  expect(await asked).toEqual({ type: 'tilt-lesson-resume', version: 1, lesson_hash: 'h', step: 2 });
  const done = [false, false, false];
  const verdicts = ['not yet', 'not yet', null];
  const further = await page.evaluate(async (one) => {
    const heard = new Promise((heard) => addEventListener('message', heard, { once: true }));
    window.postMessage(one, '/');
    await heard;
    return window.data;
  }, { ...nothing, event: 'step', step: 2, done, verdicts });
  expect(JSON.parse(further['cmi.suspend_data'])).toMatchObject({ s: 2, r: 'hn-', d: 'xx-' });
  expect(further['cmi.core.score.raw']).toBe('50');
  // Another text of the lesson is another one.
  const other = await opened(page, site, '', [{ ...nothing, lesson_hash: 'other' }]);
  expect(JSON.parse(other['cmi.suspend_data'])).toMatchObject({ h: 'other', r: 'nn-', d: 'x--' });
});

test('what is kept fits, however long a lesson is', async ({ page, site }) => {
  const long = (value) => Array.from({ length: 1500 }, () => value);
  const message = {
    ...MESSAGE,
    steps: 1500,
    done: long(true),
    verdicts: long('holds'),
    predictions: long(said('choice', 0, true)),
    answers: long(null),
  };
  const data = await opened(page, site, '', [message]);
  expect(data['cmi.suspend_data'].length).toBeLessThanOrEqual(4096);
  expect(JSON.parse(data['cmi.suspend_data']).r).toHaveLength(1500);
});

test('a system that lacks what it may lack is asked for none of it', async ({ page, site }) => {
  const data = await opened(page, site, 'lean', [MESSAGE]);
  expect(data['cmi.core.score.raw']).toBe('50');
  expect(Object.keys(data).filter((element) => /interactions|min|max/.test(element))).toEqual([]);
  await expect(line(page)).toHaveCount(0);
});

test('who looks at it again is given no other result', async ({ page, site }) => {
  const data = await opened(page, site, 'mode=review', [END]);
  expect(data['cmi.core.lesson_status']).toBe('not attempted');
  expect(await page.evaluate(() => window.calls.some(([name]) => name === 'LMSSetValue'))).toBe(false);
});

for (const [query, words] of [
  ['none', /was not opened by a course/],
  ['refuses=LMSInitialize', /did not take the session: Invalid argument error \(201\)/],
  ['refuses=throws', /did not take the session/],
  ['refuses=LMSCommit', /did not take the session/],
  ['refuses=cmi.suspend_data', /did not take cmi.suspend_data/],
]) {
  test(`${query}: it is said, can be closed, and nothing breaks`, async ({ page, site }) => {
    await opened(page, site, query, [MESSAGE, END]);
    await expect(line(page)).toHaveText(words);
    await page.getByRole('button', { name: 'Close this message' }).click();
    await expect(line(page)).toBeHidden();
    await page.goto('about:blank');
  });
}

test('a system is found around the frame, and around the window that opened it', async ({ page, site }) => {
  await opened(page, site);
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = './stub.html?none';
    document.body.append(frame);
  });
  const began = () => page.evaluate(() => window.calls.filter(([name]) => name === 'LMSInitialize').length);
  await expect.poll(began).toBe(2);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open('./stub.html?none')),
  ]);
  await popup.waitForLoadState();
  await expect.poll(began).toBe(3);
});
