// The page without a network: kept after one visit, whole and of one build.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { BUILT_FOLDER, serveSite } from './static_site.mjs';

const OPENED = { device: 'cpu', model: 'nano', level: 'everything', seed: 92 };
const LIST = 'self.TILT_BUILD=';

// A test's own host, whose files can change and which can be gone: the fixture takes it for another.
test.use({
  serviceWorkers: 'allow',
  expectedComplaints: [/request to another host: http:\/\/127\.0\.0\.1|ERR_(CONNECTION_REFUSED|FAILED)|Failed to update a ServiceWorker/],
});

const WORKER = fs.readFileSync(path.join(BUILT_FOLDER, 'sw.js'), 'utf8');
const INDEX = fs.readFileSync(path.join(BUILT_FOLDER, 'index.html'), 'utf8');

/** Another build of the page: its start says so. `files` of its list are what they are not. */
function anotherBuild({ isWhole = true } = {}) {
  const index = INDEX.replace('<head>', '<head><meta name="test-build" content="2">');
  const [first, ...rest] = WORKER.split('\n');
  const list = JSON.parse(first.slice(LIST.length).replace(/;$/, ''));
  const digest = crypto.createHash('sha256').update(isWhole ? index : 'another').digest('hex');
  list.files['index.html'] = [digest, Buffer.byteLength(index)];
  list.version = digest.slice(0, 16);
  return { index, worker: [`${LIST}${JSON.stringify(list)};`, ...rest].join('\n') };
}

const stateOf = (page) => page.evaluate(() => globalThis.tiltOffline?.state);
const cacheNames = (page) => page.evaluate(() => caches.keys());
const build = (page) => page.evaluate(() => document.querySelector('meta[name="test-build"]')?.content ?? '1');

async function untilState(lab, state) {
  await lab.until(`the page to be ${state}`, async () => (await stateOf(lab.page)) === state, 120_000);
}

async function opened(page, replaced = {}) {
  const site = await serveSite({ replaced });
  const lab = new Lab(page, site);
  await lab.open(OPENED);
  await untilState(lab, 'kept');
  return { lab, site };
}

test('after one visit everything that is kept unasked works without the network', async ({ page }) => {
  test.setTimeout(300_000);
  const { lab, site } = await opened(page);
  await expect(lab.id('offline')).toHaveAttribute('data-value', 'kept');
  await site.close();
  await page.goto(`${site.url}?${new URLSearchParams(OPENED)}`);
  await lab.watchStatus();
  await lab.untilReady();
  await lab.importSet('polite', 64);
  const { loss } = await lab.train({ steps: 2 });
  expect(loss).toBeGreaterThan(0);
  await lab.winRate('polite');
  // Another model, a lesson, and what reads a file.
  await page.goto(`${site.url}?${new URLSearchParams({ ...OPENED, model: 'small' })}`);
  await lab.watchStatus();
  await lab.untilReady();
  const text = `${JSON.stringify({ prompt: 'Hi', chosen: 'Hello.', rejected: 'No.' })}\n`;
  await lab.id('data-import').setInputFiles({ name: 'a.jsonl', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await lab.untilLabelCount(65);
  await page.goto(`${site.url}?lesson=first-steps`);
  await expect(lab.id('lesson').locator('h2')).toBeVisible({ timeout: 60_000 });
});

test('a newer build is offered, and comes when it is pressed for', async ({ page, context }) => {
  test.setTimeout(300_000);
  const replaced = {};
  const { lab, site } = await opened(page, replaced);
  await lab.labelShorter(2);
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('a few steps', async () => (await lab.metrics()).step > 3, 60_000);
  const next = anotherBuild();
  Object.assign(replaced, { 'index.html': { body: next.index }, 'sw.js': { body: next.worker } });
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await untilState(lab, 'update');
  await lab.until('the notice', async () => (await lab.notices()).includes('A newer version of Tilt'));
  // The training goes on, and so does this build: a reload does not take the other one.
  const { step } = await lab.metrics();
  await lab.until('more steps', async () => (await lab.metrics()).step > step);
  await lab.id('train-stop').click();
  await lab.reload();
  expect(await build(page)).toBe('1');
  await untilState(lab, 'update');

  const other = await context.newPage();
  await other.goto(site.url);
  await lab.id('offline-update').click();
  await expect(lab.id('offline')).toContainText('1 other tab of Tilt still shows this version');
  expect(await build(page)).toBe('1');
  await other.close();

  await lab.id('offline-update').click();
  await lab.until('the other build', async () => (await build(page).catch(() => '1')) === '2', 60_000);
  await lab.untilLabelCount(2);
  await untilState(lab, 'kept');
  expect(await cacheNames(page)).toHaveLength(1);
  await site.close();
});

test('a build that is not whole on the host is not taken', async ({ page }) => {
  test.setTimeout(240_000);
  const replaced = {};
  const { lab, site } = await opened(page, replaced);
  const next = anotherBuild({ isWhole: false });
  Object.assign(replaced, { 'index.html': { body: next.index }, 'sw.js': { body: next.worker } });
  const outcome = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    const coming = registration.installing;
    if (!coming) return 'none';
    return new Promise((resolve) => {
      coming.onstatechange = () => resolve(coming.state);
    });
  });
  expect(outcome).toBe('redundant');
  await lab.reload();
  expect(await build(page)).toBe('1');
  await untilState(lab, 'kept');
  await site.close();
});

test('what the browser has dropped is kept again, and erased is erased', async ({ page }) => {
  test.setTimeout(240_000);
  const { lab, site } = await opened(page);
  const address = `${site.url}lessons.json`;
  const isKept = () => page.evaluate(async (url) => !!(await caches.match(url)), address);
  expect(await isKept()).toBe(true);
  await page.evaluate(async (url) => {
    for (const name of await caches.keys()) await (await caches.open(name)).delete(url);
  }, address);
  expect(await isKept()).toBe(false);
  await page.evaluate((url) => fetch(url).then((response) => response.json()), address);
  await lab.until('the file', isKept, 20_000);

  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.until('nothing to be kept', async () => (await cacheNames(page)).length === 0, 20_000);
  await expect(lab.id('offline')).toHaveAttribute('data-value', 'none');
  await page.evaluate((url) => fetch(url).then((response) => response.json()), address);
  expect(await cacheNames(page)).toEqual([]);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await site.close();
});

test('everything is kept when asked for', async ({ page }) => {
  test.setTimeout(240_000);
  const { lab, site } = await opened(page);
  const base = `${site.url}models/base/model.safetensors`;
  const isKept = () => page.evaluate(async (url) => !!(await caches.match(url)), base);
  expect(await isKept()).toBe(false);
  await lab.id('offline-keep-all').click();
  await lab.until('the largest model', isKept, 60_000);
  await expect(lab.id('offline')).toContainText('Everything that ships with it is kept');
  await site.close();
  const { length } = await page.evaluate((url) => fetch(url).then((response) => response.arrayBuffer()).then((b) => ({ length: b.byteLength })), base);
  expect(length).toBe(fs.statSync(path.join(BUILT_FOLDER, 'models/base/model.safetensors')).size);
});

test('a page in a frame keeps nothing, and works', async ({ page }) => {
  const site = await serveSite({});
  const lab = new Lab(page, site);
  await lab.open({ ...OPENED, embed: '' });
  await lab.until('the word', async () => (await stateOf(page)) === 'none:frame', 30_000);
  expect(await cacheNames(page)).toEqual([]);
  await site.close();
});
