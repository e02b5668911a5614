// The page in a frame of another one: what that page hears, the way out, and frames that forbid
// what the page needs.
import http from 'node:http';
import { expect, test as base } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink } from './lesson_files.mjs';
import { faults } from './look.mjs';

const TINY = {
  tilt_lesson: 1,
  id: 'tiny',
  lang: 'en',
  title: 'Beta & "KL"',
  minutes: 1,
  goals: ['See nothing.'],
  setup: { model: 'nano', device: 'cpu', labels: { by: 'hand' }, level: 'start' },
  steps: [
    { text: 'Read.', explain: { model: 'Because.', points: ['So.'] } },
    { text: 'Guess.', predict: { kind: 'slider', from: 0, to: 1 } },
  ],
};

const test = base.extend({
  /** A page of another host, with these frames in it. */
  around: async ({ page }, use) => {
    const server = http.createServer((request, response) => {
      const frames = new URL(request.url, 'http://host').searchParams.get('frames') ?? '';
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html><html lang="en"><title>A course</title>
<link rel="icon" href="data:,"><body style="margin:0">
<script>window.told = []; addEventListener('message', ({ data }) => told.push(data));</script>
${frames}</body></html>`);
    });
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    const origin = `http://127.0.0.1:${server.address().port}`;
    await use((frames) => page.goto(`${origin}/?frames=${encodeURIComponent(frames)}`));
    await new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  },
});

/** The tests' other host is a host too. */
const OTHER_HOST = /request to another host: http:\/\/127\.0\.0\.1:\d+\/\?frames=/;
test.use({ expectedComplaints: [OTHER_HOST] });

const frameOf = (page) => page.frames().find((frame) => frame !== page.mainFrame());

test('a page around a lesson hears how far it is, and no word that was written', async ({ page, site, around }) => {
  const address = `${site.url}?embed${inLink(TINY)}`;
  await around(`<iframe title="x" src="${address}" style="width:100vw;height:100vh"></iframe>`);
  const lab = new Lab(frameOf(page), site);
  await lab.watchStatus();
  const learner = new Learner(lab);
  await learner.begun();
  await learner.answer();
  await learner.next();
  await learner.predict();
  await learner.next();
  await expect.poll(() => page.evaluate(() => told.at(-1)?.event)).toBe('end');
  const told = await page.evaluate(() => window.told);
  expect(told.map(({ event, step }) => [event, step])).toEqual([
    ['begin', 0],
    ['step', 1],
    ['verdict', 1],
    ['end', 2],
  ]);
  expect(told.at(-1)).toMatchObject({
    type: 'tilt-lesson',
    version: 1,
    lesson: 'tiny',
    lesson_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
    steps: 2,
    done: [true, true],
    verdicts: [null, null],
    predictions: [null, { kind: 'number', right: null }],
    answers: [null, null],
  });
  expect(JSON.stringify(told)).not.toContain('Because it is so');

  // Whoever has done something stays where they are.
  await page.evaluate(
    ({ lesson_hash }) => frames[0].postMessage({ type: 'tilt-lesson-resume', version: 1, lesson_hash, step: 0 }, '*'),
    told.at(-1),
  );
  await expect(lab.id('lesson-end')).toBeVisible();
});

test('a page around a lesson brings back to a step whoever has done nothing yet', async ({ page, site, around }) => {
  await around(`<iframe title="x" src="${site.url}?embed${inLink(TINY)}"></iframe>`);
  await expect.poll(() => page.evaluate(() => told[0]?.event), { timeout: 60_000 }).toBe('begin');
  await page.evaluate(() => {
    const { lesson_hash } = told[0];
    frames[0].postMessage({ type: 'tilt-lesson-resume', version: 1, lesson_hash, step: 1 }, '*');
  });
  await expect.poll(() => page.evaluate(() => told.at(-1).step)).toBe(1);
});

test('the Lab in a frame has a way out, to the same settings', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 3, embed: '' });
  const link = lab.id('open-full');
  await expect(link).toBeVisible();
  const search = new URL(await link.getAttribute('href')).searchParams;
  expect(Object.fromEntries(search)).toEqual({ device: 'cpu', model: 'nano', seed: '3' });
  await expect(link).toHaveAttribute('target', '_blank');
  expect(await faults(lab.page)).toEqual([]);
  await lab.open({ device: 'cpu', model: 'nano', seed: 3 });
  await expect(link).toHaveCount(0);
});

test('a lesson and the Lab have a frame to copy, which shows them', async ({ lab, page, site, around }) => {
  await new Learner(lab).open(inLink(TINY));
  await lab.id('lesson-elsewhere').locator('summary').click();
  const snippet = lab.id('embed-snippet');
  await expect(snippet).toBeVisible();
  await lab.id('embed-copy').click();
  await expect(lab.id('lesson-elsewhere').getByRole('status').first()).not.toBeEmpty();
  const frame = await snippet.inputValue();
  await around(frame);
  const inside = new Lab(frameOf(page), site);
  await new Learner(inside).begun();
  expect(await page.locator('iframe').getAttribute('title')).toBe(TINY.title);
  await expect(inside.id('lesson').locator('h2')).toHaveText(TINY.title);
  await expect(inside.id('lesson-elsewhere')).toBeHidden();
  await expect(inside.id('open-full')).toHaveAttribute('href', site.url + inLink(TINY));

  await lab.open({ device: 'cpu', model: 'nano', seed: 3, objective: 'ipo' });
  await lab.id('lessons').click();
  await lab.id('lesson-list').locator('summary').click();
  expect(await snippet.inputValue()).toMatch(/^<iframe src="[^"]*objective=ipo[^"]*&amp;embed" title="Tilt"/);
});

const SANDBOX = (site, sandbox) =>
  `<iframe title="x" sandbox="${sandbox}" src="${site.url}?embed&device=cpu&model=nano" style="width:100vw;height:90vh"></iframe>`;

test.describe('a sandbox', () => {
  // A browser complains of scripts that a frame may not run or fetch.
  test.use({
    expectedComplaints: [
      /127\.0\.0\.1:\d+\/\?frames=|Blocked script execution|from origin 'null' has been blocked|ERR_FAILED|link preload but not used/,
    ],
  });

  test('without an origin gets a message with a link, and nothing else', async ({ page, site, around }) => {
    await around(SANDBOX(site, 'allow-scripts'));
    const frame = page.frameLocator('iframe');
    const message = frame.getByTestId('cut-off');
    await expect(message).toBeVisible();
    await expect(message).toContainText('allow-same-origin');
    const address = `${site.url}?embed&device=cpu&model=nano`;
    await expect(message.getByRole('link')).toHaveAttribute('href', address);
    await expect(frame.locator('.top-bar')).toHaveCount(0);
  });

  test('without scripts gets a message', async ({ page, site, around }) => {
    await around(SANDBOX(site, ''));
    const text = page.frameLocator('iframe').locator('noscript p');
    await expect(text).toBeVisible();
    await expect(text).toContainText('allow-scripts allow-same-origin');
  });

  test('with both has the Lab', async ({ page, site, around }) => {
    await around(SANDBOX(site, 'allow-scripts allow-same-origin'));
    await expect(page.frameLocator('iframe').getByTestId('label-prompt')).toBeVisible();
  });
});
