// A lesson as a SCORM 1.2 package: made, hosted by a learning management system that knows no
// type of .wasm, played, left and taken up again.
import fs from 'node:fs/promises';
import path from 'node:path';
import { expect, test as base } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink } from './lesson_files.mjs';
import { hosted, packed } from './scorm_packs.mjs';
import { serveSite } from './static_site.mjs';
import { unzip } from './unzip.mjs';

/** One check that holds, one that has not been met. */
const TINY = {
  tilt_lesson: 1,
  id: 'tiny',
  lang: 'en',
  title: 'Beta & "KL" < small >',
  minutes: 1,
  goals: ['See one run.'],
  setup: {
    model: 'nano',
    device: 'cpu',
    objective: 'dpo',
    settings: { beta: 0.5, steps: 4, seed: 1 },
    labels: { judge: { short: 1 }, pairs: 8 },
    level: 'standard',
  },
  steps: [
    { text: 'Read.' },
    {
      text: 'Train.',
      predict: { kind: 'choice', options: ['It falls', 'It rises'], answer: 0 },
      act: { run: {} },
      check: { kind: 'run', run: -1, settings: { beta: 0.5 } },
    },
    {
      text: 'Explain.',
      explain: { model: 'Because.', points: ['So.'] },
      check: { kind: 'labels', at_least: 1000 },
    },
    { text: 'And?', quiz: { question: 'Why?', answer: 'So.', options: ['a', 'b'], right: 1 } },
  ],
};

const test = base.extend({
  // A worker's own: one package serves all of its tests.
  zip: [async ({}, use) => use(await packed(TINY)), { scope: 'worker' }],

  site: async ({ zip }, use) => {
    const folder = await hosted(zip);
    const site = await serveSite({ folder, unknown: ['.wasm', '.mjs'] });
    await use(site);
    await site.close();
    await fs.rm(folder, { recursive: true });
  },

  /** Where the learner of this name is, once the lesson has begun. */
  launched: async ({ site }, use) => {
    await use(async (page, learner) => {
      await page.goto(`${site.url}?learner=${learner}`);
      const frame = page.frame('sco');
      await frame.waitForURL(/pack/);
      const lab = new Lab(frame, site);
      await lab.watchStatus();
      const at = new Learner(lab);
      await at.begun();
      return { lab, learner: at };
    });
  },
});

// A browser says so of a host that does not know the type, and goes on.
test.use({ expectedComplaints: [/does not serve Wasm with/] });

/** What the system has of the lesson. */
const cmi = (page) => page.evaluate(() => JSON.parse(JSON.stringify(API.cmi)));
/** What it has kept. */
const kept = (page, learner) =>
  page.evaluate((name) => JSON.parse(localStorage.getItem(`lms:${name}`)), learner);
const suspended = (of) => JSON.parse(of.suspend_data);

test('a lesson is played to its end, reported, left, and found as it was', async ({
  page,
  launched,
}) => {
  const { lab, learner } = await launched(page, 'ada');
  // The system's parameters are not the page's, and neither is what is not in the package.
  expect(await lab.notices()).toBe('');
  for (const id of ['lessons', 'share', 'lesson-close', 'lesson-elsewhere', 'open-full']) {
    await expect(lab.id(id), id).toBeHidden();
  }
  expect((await cmi(page)).core.lesson_status).toBe('incomplete');
  await learner.next();
  await learner.predict();
  await learner.act();
  expect(await lab.carried('lesson-check')).toBe('holds');
  await expect.poll(async () => (await cmi(page)).core.score.raw).toBe('50');
  const halfway = await cmi(page);
  expect(halfway.core.lesson_status).toBe('incomplete');
  expect(halfway.core.lesson_location).toBe('1');

  // The page is left in mid-lesson: the session ends, and the next one goes on.
  await page.goto('about:blank');
  const again = await launched(page, 'ada');
  expect(await again.learner.step()).toBe(1);
  expect(await again.lab.carried('lesson-check')).toBe('holds');
  const resumed = await kept(page, 'ada');
  expect(resumed.core.exit).toBe('suspend');
  expect(await page.evaluate(() => window.times.at(-1))).toMatch(/^\d{4}:\d{2}:\d{2}\.\d{2}$/);
  // The system adds up what it was told; the first session had a run in it.
  expect(resumed.core.total_time).toMatch(/^\d+:\d{2}:\d{2}/);
  expect(resumed.core.total_time).not.toMatch(/^0*:00:00(?!\.)/);
  await again.learner.next();
  await again.learner.answer();
  await again.learner.next();
  await again.learner.answer();
  await again.learner.next();
  await expect(again.lab.id('scorm')).toHaveText('Reported to the course: completed, 50%.');
  const { core, interactions, suspend_data } = await cmi(page);
  expect(core.lesson_status).toBe('completed');
  expect(core.score).toMatchObject({ raw: '50', min: '0', max: '100' });
  expect(core.lesson_location).toBe('4');
  const said = Object.values(interactions.childArray ?? interactions);
  expect(said.map(({ id, type, student_response, result }) => [id, type, student_response, result])).toEqual([
    ['step-2-prediction', 'choice', 'a', 'correct'],
    ['step-4-question', 'choice', 'a', 'wrong'],
  ]);
  expect(suspend_data.length).toBeLessThan(4096);
  expect(suspend_data).not.toContain('Because it is so');
  expect(suspended({ suspend_data })).toMatchObject({ v: 1, s: 4, r: '-hn-', d: 'xxxx' });

  // What the page around it hears, in the order of what happened.
  const told = await page.evaluate(() => window.told.filter(({ type }) => type === 'tilt-lesson'));
  expect(told.at(0)).toMatchObject({ event: 'begin', lesson: 'tiny', step: 1, steps: 4 });
  expect(told.at(-1)).toMatchObject({
    version: 1,
    event: 'end',
    step: 4,
    done: [true, true, true, true],
    verdicts: [null, 'holds', 'not yet', null],
  });
  expect(JSON.stringify(told)).not.toContain('Because it is so');
});

test('an attempt goes on in another browser, and another learner’s begins at the beginning', async ({
  page,
  browser,
  launched,
}) => {
  const first = await launched(page, 'ada');
  await first.learner.next();
  await first.learner.predict();
  await first.learner.act();
  await expect.poll(async () => suspended(await cmi(page)).r).toBe('-hn-');
  await page.goto('about:blank');
  // A second learner at the same computer.
  const other = await launched(page, 'bob');
  expect(await other.learner.step()).toBe(0);
  const state = await kept(page, 'ada');

  const elsewhere = await browser.newContext({ serviceWorkers: 'block' });
  const there = await elsewhere.newPage();
  await there.addInitScript((text) => localStorage.setItem('lms:ada', text), JSON.stringify(state));
  const again = await launched(there, 'ada');
  await again.lab.until('the step', async () => (await again.learner.step()) === 1);
  // Nothing is known of the run here, and yet what it has shown counts.
  await expect.poll(async () => (await cmi(there)).core.score.raw).toBe('50');
  expect(suspended(await cmi(there)).r[1]).toBe('h');
  await elsewhere.close();
});

test('files are read where the host does not know what wasm is', async ({ page, launched }) => {
  const { lab } = await launched(page, 'eve');
  const row = { prompt: 'What is up?', chosen: 'The sky.', rejected: 'Nothing at all, I would say.' };
  const buffer = Buffer.from(`${JSON.stringify(row)}\n`);
  const file = { name: 'mine.jsonl', mimeType: 'application/octet-stream', buffer };
  await lab.id('data-import').setInputFiles([file]);
  await lab.untilLabelCount(9);
});

test('the manifest is valid, and names every file of the package', async ({ page, zip }) => {
  const files = unzip(zip);
  const xml = files['imsmanifest.xml'].toString('utf8');
  await page.goto('about:blank');
  const found = await page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, 'application/xml');
    const all = [...document.querySelectorAll('*')];
    const of = (name) => [...document.getElementsByTagName(name)];
    const attributes = (name, attribute) => of(name).map((one) => one.getAttribute(attribute));
    return {
      isBroken: of('parsererror').length > 0,
      root: document.documentElement.namespaceURI,
      order: [...document.documentElement.children].map((one) => one.localName),
      schema: of('schema')[0].textContent + of('schemaversion')[0].textContent,
      titles: of('title').map((one) => one.textContent),
      ids: all.map((one) => one.getAttribute('identifier')).filter(Boolean),
      refs: [...attributes('organizations', 'default'), ...attributes('item', 'identifierref')],
      sco: of('resource').map((one) =>
        one.getAttributeNS('http://www.adlnet.org/xsd/adlcp_rootv1p2', 'scormtype'),
      ),
      launch: attributes('resource', 'href'),
      files: attributes('file', 'href').map(decodeURIComponent),
    };
  }, xml);
  expect(found).toMatchObject({
    isBroken: false,
    root: 'http://www.imsproject.org/xsd/imscp_rootv1p1p2',
    order: ['metadata', 'organizations', 'resources'],
    schema: 'ADL SCORM1.2',
    titles: [TINY.title, TINY.title],
    sco: ['sco'],
    launch: ['index.html'],
  });
  expect(new Set(found.ids).size).toBe(found.ids.length);
  for (const ref of found.refs) expect(found.ids).toContain(ref);
  const names = Object.keys(files).filter((name) => name !== 'imsmanifest.xml');
  expect(found.files.toSorted()).toEqual(names.toSorted());
  // Its own lesson and model alone, and no worker that would serve it from elsewhere.
  const inFolder = (folder) => names.filter((name) => name.startsWith(folder));
  expect(inFolder('lessons')).toEqual(['lessons/tiny.json']);
  expect(inFolder('models').every((name) => name.startsWith('models/nano/'))).toBe(true);
  const scripts = names.filter((name) => name.endsWith('.js')).map((name) => files[name].toString());
  expect(scripts.filter((script) => script.includes('serviceWorker.register'))).toEqual([]);
  expect(names.filter((name) => path.extname(name) === '.mjs')).toEqual([]);
});

base('the page packs itself as the terminal does', async ({ page, lab }) => {
  await page.goto(lab.site.url + inLink(TINY));
  await lab.id('lesson-elsewhere').locator('summary').click();
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 60_000 }),
    lab.id('lesson-pack').click(),
  ]);
  expect(download.suggestedFilename()).toBe('tilt-tiny-scorm12.zip');
  const [mine, expected] = [unzip(await fs.readFile(await download.path())), unzip(await packed(TINY))];
  expect(Object.keys(mine)).toEqual(Object.keys(expected));
  for (const [name, bytes] of Object.entries(expected)) expect(mine[name].equals(bytes), name).toBe(true);
  await expect(lab.id('lesson-packed')).toHaveText('The package is saved.');
});
