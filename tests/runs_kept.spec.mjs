// Runs beside each other in this browser: none goes by itself, each has its own numbers.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { storedSteps, storedTables } from './torture/stored.mjs';
import { unzip } from './unzip.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 58 };

test('thirty runs are kept, and each step of a curve is written once', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.id('train-speed').selectOption('10');
  await lab.type('steps-input', '40');
  await lab.whileBusy('training', () => lab.id('train-start').click(), 60_000);
  const { runs, curves } = await storedTables(page, 'runs', 'curves');
  expect(runs).toHaveLength(1);
  const pieces = curves.map(([, value]) => JSON.parse(value));
  expect(pieces.length).toBeGreaterThan(1);
  expect(await storedSteps(page)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  const [[uid, run]] = runs;
  expect(pieces.every((piece) => piece.run === uid)).toBe(true);

  // Twenty-nine more, the first of them with its curve as older versions stored it.
  await page.evaluate(
    async ([uid, run, points]) => {
      const database = await new Promise((resolve) => {
        const request = indexedDB.open('tilt');
        request.onsuccess = () => resolve(request.result);
      });
      const writing = database.transaction(['runs', 'curves'], 'readwrite');
      for (let back = 1; back <= 29; back += 1) {
        const copy = { ...JSON.parse(run), uid: uid - back * 1000, name: `run ${back}` };
        writing.objectStore('runs').put(JSON.stringify(copy), copy.uid);
        if (back === 1) writing.objectStore('curves').put(JSON.stringify(points), copy.uid);
      }
      await new Promise((resolve) => (writing.oncomplete = resolve));
      database.close();
    },
    [uid, run, pieces.flatMap(({ points }) => points)],
  );
  await lab.reload();
  await lab.untilReady();
  await lab.until('all runs', async () => (await lab.runs()).length === 30, 30_000);
  const older = (await lab.runs()).find(({ name }) => name === 'run 1');
  // The live run comes back after the list of all.
  const { loss } = await lab.until('the live run', async () => {
    const metrics = await lab.metrics();
    return !Number.isNaN(metrics.loss) && metrics;
  });
  expect(older.loss).toBeCloseTo(loss, 3);

  await lab.id('train-speed').selectOption('full');
  await lab.train({ steps: 2 });
  expect(await lab.runs()).toHaveLength(31);
  await lab.reload();
  await lab.until('all runs', async () => (await lab.runs()).length === 31, 30_000);

  // A run that is removed takes its curve along.
  const first = (await lab.runs()).find(({ name }) => !name.startsWith('run ') && !name.includes('2 steps'));
  await lab.run(first.id).getByTestId('run-remove').click();
  await lab.until('the storage', async () => {
    const left = await storedTables(page, 'curves');
    return left.curves.every(([, value]) => JSON.parse(value).run !== uid);
  });
});

test('the settings of one run are for the next, not for the one under way', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('beta-input', '0.7');
  await lab.train({ objective: 'dpo', steps: 2 });
  await lab.type('beta-input', '0.2');
  await lab.type('steps-input', '500');
  await lab.id('train-step').click();
  await lab.until('a step', async () => (await lab.metrics()).step === 1);
  await expect(lab.id('formula-of')).toHaveCount(0);

  const [, first] = await lab.listedRuns(2);
  await lab.run(first.id).getByTestId('run-use').click();
  expect(await lab.id('beta-input').inputValue()).toBe('0.7');
  await expect(lab.id('formula-of')).toContainText('0.2');
  await lab.step();
  const [live] = await lab.runs();
  expect(live.changes).toEqual([]);
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('a beta that was changed in mid-run stands on the card with both values', async ({
  lab,
  page,
}) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('beta-input', '0.2');
  await lab.type('steps-input', '4');
  await lab.id('train-step').click();
  await lab.until('a step', async () => (await lab.metrics()).step === 1);
  await lab.type('beta-input', '0.5');
  await lab.until('the change', async () => (await lab.runs())[0].changes.length === 1);
  await expect(lab.id('run-line')).toContainText(/: \u03b2 0\.5, .*; \u03b2 0\.2 \u2192 0\.5 after 1 step\./);
  await lab.whileBusy('training', () => lab.id('train-start').click(), 60_000);
  for (const exported of ['model-export', 'trl-export']) {
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      lab.id(exported).click(),
    ]);
    const text = unzip(fs.readFileSync(await download.path()))['README.md'].toString();
    expect(text).toMatch(/after step 1: .* 0\.2 .* 0\.5/);
  }
});

test('the live numbers say once what their run is, and how sure its KL is', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.train({ objective: 'dpo', steps: 3 });
  await expect(lab.id('run-line')).toHaveText(
    'DPO \u03b2 0.5 3 steps seed 58: learning rate 0.001, nano.',
  );
  await expect(lab.id('run-kl')).toHaveText(
    /^KL \S+ \u00b1 \S+ \(95% interval; mean of \d+ answers at step 3\)\.$/,
  );
});

test('curves that take much room are spoken of when a run begins', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.train({ objective: 'dpo', steps: 2 });
  expect(await lab.notices()).not.toContain('take');
  const { curves } = await storedTables(page, 'curves');
  expect(curves.length).toBeGreaterThan(0);
  // As a curve of many thousand steps is.
  await page.evaluate(async ([key, piece]) => {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open('tilt');
      request.onsuccess = () => resolve(request.result);
    });
    const writing = database.transaction('curves', 'readwrite');
    writing.objectStore('curves').put(piece + ' '.repeat(51_000_000), key);
    await new Promise((resolve) => (writing.oncomplete = resolve));
    database.close();
  }, curves[0]);
  await lab.reload();
  await lab.untilReady();
  const [{ name }] = await lab.listedRuns(1);
  await lab.train({ steps: 3 });
  expect(await lab.notices()).toContain('take 51 MB');
  expect(await lab.notices()).toContain(`The oldest is ${name}.`);
});
