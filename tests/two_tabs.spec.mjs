// Two tabs of one person: neither undoes what the other one does.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { MISSING } from './storage_stubs.mjs';
import { stored } from './torture/stored.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 91 };

const field = (lab, name) => lab.id(name).inputValue();

async function secondTab(context, site, opened = OPENED, options = { ready: false }) {
  const other = new Lab(await context.newPage(), site);
  await other.open(opened, options);
  return other;
}

test('two tabs take in the labels that each other stores', async ({ lab, context, site }) => {
  await lab.open(OPENED, { ready: false });
  const other = await secondTab(context, site);
  await lab.label('1');
  await other.untilLabelCount(1);
  await other.label('2');
  await lab.untilLabelCount(2);
  await lab.undo();
  await other.untilLabelCount(1);
  // Neither waits for its own label alone: the other one's may come first.
  await Promise.all([lab.page.keyboard.press('1'), other.page.keyboard.press('2')]);
  await lab.untilLabelCount(3);
  await other.untilLabelCount(3);
  await lab.reload();
  await lab.untilLabelCount(3);

  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await other.untilLabelCount(0);
  await other.reload();
  await other.untilLabelCount(0);
});

test('two tabs keep each other’s settings, and show them', async ({ lab, context, site }) => {
  await lab.open({}, { ready: false });
  const other = await secondTab(context, site, {});
  await lab.type('beta-input', '0.3');
  await other.type('lr-input', '0.002');
  await other.until('beta', async () => (await field(other, 'beta-input')) === '0.3');
  await lab.until('the rate', async () => (await field(lab, 'lr-input')) === '0.002');
  const third = await secondTab(context, site, {});
  expect(await field(third, 'beta-input')).toBe('0.3');
  expect(await field(third, 'lr-input')).toBe('0.002');
});

test('what a tab has set itself stays its own, over a reload too', async ({ lab, context, site }) => {
  await lab.open({}, { ready: false });
  const other = await secondTab(context, site, {});
  await lab.type('beta-input', '0.3');
  await other.type('beta-input', '0.7');
  await other.type('steps-input', '44');
  await lab.until('the steps', async () => (await field(lab, 'steps-input')) === '44');
  expect(await field(lab, 'beta-input')).toBe('0.3');
  await lab.reload();
  expect(await field(lab, 'beta-input')).toBe('0.3');
  expect(await field(lab, 'steps-input')).toBe('44');
  await other.reload();
  expect(await field(other, 'beta-input')).toBe('0.7');
});

test('a level that one tab chooses is every tab’s', async ({ lab, context, site }) => {
  await lab.open({}, { ready: false });
  const other = await secondTab(context, site, {});
  const level = (of) => of.page.evaluate(() => document.documentElement.dataset.level);
  await other.chooseLevel('everything');
  await lab.until('the level', async () => (await level(lab)) === 'everything');
  await lab.chooseLevel('start');
  await other.until('the level', async () => (await level(other)) === 'start');
});

test('a change on a link’s page outlives its reload, the link itself stays', async ({
  lab,
  context,
  site,
}) => {
  const link = { ...OPENED, beta: 0.3, steps: 33 };
  await lab.open(link, { ready: false });
  await lab.type('beta-input', '0.7');
  await lab.reload();
  expect(await field(lab, 'beta-input')).toBe('0.7');
  expect(await field(lab, 'steps-input')).toBe('33');
  const again = await secondTab(context, site, link);
  expect(await field(again, 'beta-input')).toBe('0.3');
  const plain = await secondTab(context, site, {});
  expect(await field(plain, 'beta-input')).toBe('0.7');
  expect(await field(plain, 'steps-input'), 'a link is not remembered').not.toBe('33');
});

test('a lab exported from a link’s page comes back with the fields of the link', async ({
  lab,
  page,
  context,
  site,
  browser,
}) => {
  await lab.open({ ...OPENED, objective: 'ipo', beta: 0.3, lr: 0.0004, steps: 33 }, { ready: false });
  await lab.type('steps-input', '34');
  const shown = async (of) => [
    await field(of, 'objective-select'),
    await field(of, 'beta-input'),
    await field(of, 'lr-input'),
    await field(of, 'steps-input'),
    await field(of, 'seed-input'),
    await field(of, 'model-select'),
  ];
  const before = await shown(lab);
  expect(before).toEqual(['ipo', '0.3', '0.0004', '34', '91', 'nano']);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    lab.id('lab-export').click(),
  ]);
  const file = {
    name: 'lab.tilt',
    mimeType: 'application/octet-stream',
    buffer: fs.readFileSync(await download.path()),
  };
  const elsewhere = await browser.newContext({ serviceWorkers: 'block' });
  try {
    const other = await secondTab(elsewhere, site, {});
    await other.id('lab-import').setInputFiles(file);
    const opened = other.page.waitForEvent('load');
    await other.id('lab-replace').click();
    await opened;
    await other.until('the fields', async () => {
      return JSON.stringify(await shown(other)) === JSON.stringify(before);
    });
  } finally {
    await elsewhere.close();
  }
});

test('a lab that one tab takes in shows in the other', async ({ lab, page, context, site }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 6 });
  await lab.train({ objective: 'dpo', steps: 4 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    lab.id('lab-export').click(),
  ]);
  const buffer = fs.readFileSync(await download.path());
  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.untilLabelCount(0);
  const other = await secondTab(context, site);
  await other.label('1');
  await lab.untilLabelCount(1);
  await lab.id('lab-import').setInputFiles({
    name: 'lab.tilt',
    mimeType: 'application/octet-stream',
    buffer,
  });
  const opened = page.waitForEvent('load');
  await lab.id('lab-replace').click();
  await opened;
  await other.untilLabelCount(6);
  await other.until('the run', async () => (await other.runs()).length === 1);
});

test('a label edited while another tab’s change arrives stays as it was edited last', async ({
  lab,
  context,
  site,
}) => {
  await lab.open(OPENED, { ready: false });
  await lab.label('1');
  const other = await secondTab(context, site);
  await other.untilLabelCount(1);
  await other.id('verdicts-table').waitFor();
  // While the change of the first tab is being read, the person changes the label here.
  await other.page.evaluate(() => {
    const usual = IDBObjectStore.prototype.get;
    IDBObjectStore.prototype.get = function (...args) {
      const request = usual.apply(this, args);
      IDBObjectStore.prototype.get = usual;
      queueMicrotask(() => {
        const select = document.querySelector('[data-testid="verdict-select"]');
        select.value = 'tie';
        select.dispatchEvent(new Event('change', { bubbles: true }));
      });
      return request;
    };
  });
  // The other tab's answer may be here before this one has been looked at.
  await lab.id('verdict-select').first().selectOption('b');
  await other.untilVerdicts('tie');
  await other.page.waitForTimeout(500);
  await other.untilVerdicts('tie');
  await lab.untilVerdicts('tie');
  await other.reload();
  await other.untilVerdicts('tie');
});

test('a run is pinned and named in one tab while another trains it', async ({ lab, context, site }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 5, 60_000);
  const other = await secondTab(context, site);
  await other.until('the run', async () => (await other.runs()).length === 1);
  const [{ id }] = await other.runs();
  await other.run(id).getByTestId('run-pin').click();
  const { step } = await lab.metrics();
  await lab.until('more steps', async () => (await lab.metrics()).step >= step + 40, 60_000);
  const isPinned = async (of) => (await of.runs())[0]?.isPinned;
  expect(await isPinned(other)).toBe(true);
  expect(await isPinned(lab)).toBe(true);
  await lab.id('train-stop').click();
  await lab.untilReady();
  await other.reload();
  await other.until('the pin', () => isPinned(other));
});

async function trainsFor2000(lab) {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 5, 60_000);
}

test('a run that another tab trains is not deleted under it', async ({ lab, context, site }) => {
  await trainsFor2000(lab);
  const other = await secondTab(context, site);
  const [{ id, name }] = await other.listedRuns(1);
  await other.run(id).getByTestId('run-remove').click();
  await other.until('the news', async () => (await other.notices()).includes('training in another tab'));
  expect(await other.notices()).toContain(name);
  await other.listedRuns(1);
  const { step } = await lab.metrics();
  await lab.until('more steps', async () => (await lab.metrics()).step >= step + 20, 60_000);

  // Once it is at its end it goes, from both tabs and for good.
  await lab.id('train-stop').click();
  await lab.untilReady();
  await lab.page.waitForTimeout(500);
  await other.run(id).getByTestId('run-remove').click();
  for (const tab of [other, lab]) {
    await tab.until('no runs', async () => (await tab.runs()).length === 0);
  }
  await lab.page.waitForTimeout(1000);
  const { records } = await stored(lab.page);
  expect([records.runs, records.curves, records.checkpoints, records.rows]).toEqual([0, 0, 0, 0]);
  await lab.reload();
  await lab.untilReady();
  expect(await lab.runs()).toHaveLength(0);
});

test('where tabs cannot ask each other, a run stays with the tab that trains it, whole', async ({
  lab,
  context,
  site,
}) => {
  await context.addInitScript(MISSING, ['locks']);
  await trainsFor2000(lab);
  const other = await secondTab(context, site);
  await other.until('the run', async () => (await other.runs()).length > 0);
  await other.id('train-stop').click();
  await other.until('the run at rest', async () => (await other.status()) === 'ready');
  await other.id('run-remove').first().click();
  await lab.until('the news', async () => (await lab.notices()).includes('was deleted in another tab'));
  await other.until('the run again', async () => (await other.runs()).length === 1);
  // It is not there twice when it is asked for again.
  if (await other.id('runs-undo').isVisible()) await other.id('runs-undo').click();
  await other.listedRuns(1);
  await other.page.close();
  await lab.reload();
  await lab.until('the run', async () => (await lab.notices()).includes('goes on from step'), 60_000);
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('what is erased in one tab is gone in the one that trains, for good', async ({
  lab,
  context,
  site,
}) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('the first steps', async () => (await lab.metrics()).step >= 5, 60_000);
  const other = await secondTab(context, site);
  await other.until('the run', async () => (await other.runs()).length === 1);
  await other.id('erase-all').click();
  await other.id('erase-confirm').click();
  for (const tab of [lab, other]) {
    await tab.untilLabelCount(0);
    await tab.until('no runs', async () => (await tab.runs()).length === 0);
  }
  await lab.page.waitForTimeout(1500);
  const { records } = await stored(lab.page);
  expect(Object.values(records).every((count) => count === 0), JSON.stringify(records)).toBe(true);
  for (const tab of [lab, other]) {
    await tab.reload();
    await tab.untilReady();
    expect(await tab.runs()).toHaveLength(0);
    expect(await tab.labelCount()).toBe(0);
    expect((await tab.metrics()).step).toBeNaN();
  }
});
