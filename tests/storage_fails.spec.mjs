// A storage that fails for a while, or is taken away: nothing is lost from memory, nothing
// that is stored is taken for missing, and all of it is stored in the end.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { BUILT_FOLDER } from './static_site.mjs';
import { DEAF, FAILING, SILENT } from './storage_stubs.mjs';
import { stored } from './torture/stored.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 81 };

/** From now on, and after the next load, calls fail as `how` says. */
async function fail(page, how) {
  await page.evaluate((how) => {
    sessionStorage.setItem('failing', JSON.stringify(how));
    globalThis.failing = how;
  }, how);
}

const works = (page) => fail(page, {});

test.beforeEach(({ page }) => page.addInitScript(FAILING));

async function untilStored(lab, page, table, count) {
  await lab.until(`${count} ${table} in the storage`, async () => {
    return (await stored(page)).records[table] === count;
  });
}

test('labels that could not be read come when they can, beside new ones', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  for (const key of ['1', '2', '3']) await lab.label(key);
  await fail(page, { read: true });
  await lab.reload();
  await lab.until('the news', async () => (await lab.banner()).includes('could not be read'));
  expect(await lab.labelCount()).toBe(0);
  await lab.label('1');
  await works(page);
  await lab.untilLabelCount(4);
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
  await lab.reload();
  await lab.untilLabelCount(4);
});

test('a run that could not be read goes on when it can, to the same loss', async ({ lab, page }) => {
  const steps = 120;
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  const { loss } = await lab.train({ objective: 'dpo', steps });
  await lab.id('train-reset').click();
  await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 10, 60_000);
  await fail(page, { read: true });
  await lab.reload();
  await lab.until('the news', async () => (await lab.banner()).includes('could not be read'));
  await lab.untilReady();
  await works(page);
  await lab.until('the end', async () => (await lab.metrics()).step === steps, 120_000);
  expect((await lab.metrics()).loss).toBe(loss);
  await lab.untilReady();
  await lab.listedRuns(2);
});

test('an imported model that could not be read is not replaced by another', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', seed: 81, model: 'nano' });
  const folder = path.join(BUILT_FOLDER, 'models/nano');
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  await lab.chooseFiles(
    'model-import',
    files
      .filter((name) => fs.existsSync(path.join(folder, name)))
      .map((name) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: fs.readFileSync(path.join(folder, name)),
      })),
  );
  const chosen = () => lab.id('model-select').inputValue();
  const shipped = ['nano', 'small', 'base'];
  await lab.until('the imported model', async () => !shipped.includes(await chosen()), 60_000);
  await lab.untilReady();
  await untilStored(lab, page, 'models', 3);
  const imported = await chosen();
  await fail(page, { read: true });
  // Without the address's own model.
  await page.goto(lab.site.url + '?device=cpu');
  await lab.until('the stand-in', async () => (await chosen()) === 'small', 60_000);
  await lab.until('the news', async () => (await lab.notices()).includes('could not be read'));
  await works(page);
  await lab.until('the model', async () => (await chosen()) === imported, 60_000);
  await lab.untilReady();
});

for (const [name, how] of Object.entries({
  'at once': { write: true },
  'by transactions that are taken back': { late: true },
})) {
  test(`what fails to be written ${name} is written later, deletions too`, async ({ lab, page }) => {
    await lab.open(OPENED);
    await lab.autolabel({ principle: 'short', count: 6 });
    await lab.train({ objective: 'dpo', steps: 4 });
    await lab.train({ objective: 'ipo', steps: 4 });
    await untilStored(lab, page, 'runs', 2);
    const [latest] = await lab.runs();
    await fail(page, how);
    await lab.label('1');
    await lab.deleteLabel(2);
    await lab.run(latest.id).getByTestId('run-remove').click();
    await lab.until('the news', async () => /not stored yet|no room/.test(await lab.banner()));
    await lab.label('2');
    await lab.page.waitForTimeout(700);
    expect(await lab.id('error-banner').count(), 'it is said once').toBe(1);
    await works(page);
    await untilStored(lab, page, 'labels', 7);
    await untilStored(lab, page, 'runs', 1);
    await lab.until('the banner to go', async () => (await lab.banner()) === '');
    await lab.reload();
    await lab.untilLabelCount(7);
    await lab.untilReady();
    await lab.listedRuns(1);
  });
}

test('a database deleted under the page is filled again from what the page knows', async ({
  lab,
  page,
}) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 6 });
  await lab.label('1');
  await lab.train({ objective: 'dpo', steps: 4 });
  await untilStored(lab, page, 'labels', 7);
  const before = (await stored(page)).labels;
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase('tilt');
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
      }),
  );
  await untilStored(lab, page, 'labels', 7);
  await untilStored(lab, page, 'runs', 1);
  expect((await stored(page)).labels).toEqual(before);
  expect(await lab.notices()).not.toContain('another tab');
  await lab.label('2');
  await lab.reload();
  await lab.untilLabelCount(8);
  await lab.untilReady();
  await lab.listedRuns(1);
});

test('site data that the person clears under the page are stored again', async ({ lab, page }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await lab.autolabel({ principle: 'short', count: 6 });
  await lab.label('1');
  await lab.train({ objective: 'dpo', steps: 4 });
  await lab.type('beta-input', '0.3');
  await untilStored(lab, page, 'labels', 7);
  const before = (await stored(page)).labels;
  const devtools = await page.context().newCDPSession(page);
  const clear = () =>
    devtools.send('Storage.clearDataForOrigin', { origin: lab.site.origin, storageTypes: 'all' });
  await clear();
  await untilStored(lab, page, 'labels', 7);
  await untilStored(lab, page, 'runs', 1);
  expect((await stored(page)).labels).toEqual(before);
  expect(await lab.banner()).toBe('');

  // In the middle of a run too, more than once.
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 5, 60_000);
  await clear();
  await untilStored(lab, page, 'checkpoints', 1);
  await clear();
  await untilStored(lab, page, 'checkpoints', 1);
  await untilStored(lab, page, 'rows', 1);
  await lab.label('2');
  await lab.reload();
  await lab.untilLabelCount(8);
  await lab.until('the run', async () => (await lab.notices()).includes('goes on from step'), 60_000);
  expect(await lab.id('beta-input').inputValue()).toBe('0.3');
  await lab.id('train-stop').click();
  await lab.untilReady();
  await lab.listedRuns(2);
});

test('a run whose database is deleted goes on after a reload', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 5, 60_000);
  await page.evaluate(() => indexedDB.deleteDatabase('tilt'));
  await untilStored(lab, page, 'checkpoints', 1);
  await untilStored(lab, page, 'rows', 1);
  await lab.reload();
  await lab.until('the run', async () => (await lab.notices()).includes('goes on from step'), 60_000);
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('a storage that does not answer is asked again', async ({ lab, page }) => {
  await page.addInitScript(SILENT);
  await lab.open(OPENED, { ready: false });
  await lab.label('1');
  await lab.label('2');
  await untilStored(lab, page, 'labels', 2);
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
  await lab.reload();
  await lab.untilLabelCount(2);
});

test('a reading and a writing that get no answer are given up and tried again', async ({
  lab,
  page,
}) => {
  await page.addInitScript(DEAF);
  await lab.open(OPENED, { ready: false });
  await page.evaluate(() => (globalThis.deaf = { write: true }));
  await lab.label('1');
  await lab.until('the banner', async () => (await lab.banner()).includes('does not answer'));
  await page.evaluate(() => (globalThis.deaf = {}));
  await lab.label('2');
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
  await untilStored(lab, page, 'labels', 2);

  await page.evaluate(() => sessionStorage.setItem('deaf', '{"read":true}'));
  await lab.reload();
  await lab.until('an unanswered reading', () => page.evaluate(() => globalThis.unanswered > 0));
  await lab.until('the banner', async () => (await lab.banner()).includes('could not be read'));
  await page.evaluate(() => (globalThis.deaf = {}));
  await lab.untilLabelCount(2);
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
});
