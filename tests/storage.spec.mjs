// What is stored: when there is no room, and as one file.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 61 };

test('without room a label is not lost, and is stored once there is', async ({
  lab,
  page,
  context,
  site,
}) => {
  const devtools = await context.newCDPSession(page);
  const { origin } = new URL(site.url);
  // Before the first write: Chromium asks for the room there is only now and then.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await lab.open(OPENED, { ready: false });
  await lab.label('1');
  const banner = await lab.untilBanner();
  expect(banner).toContain('no room');
  expect(banner).toContain('export');
  await lab.label('2');
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  await lab.label('2');
  await lab.until('the banner to go', async () => (await lab.banner()) === '');
  await lab.reload();
  await lab.untilLabelCount(3);
});

test('a whole lab goes out and comes back, to the byte', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'polite', count: 6 });
  const { loss } = await lab.train({ objective: 'ipo', steps: 12 });
  const file = await exportLab(page, lab);
  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.untilLabelCount(0);
  // The page opens anew; before that nothing of it can be asked.
  const opened = page.waitForEvent('load');
  await lab.id('lab-import').setInputFiles({
    name: 'lab.tilt',
    mimeType: 'application/octet-stream',
    buffer: file,
  });
  await opened;
  await lab.untilLabelCount(6);
  await lab.watchStatus();
  await lab.untilReady();
  await lab.until('the run', async () => (await lab.metrics()).step === 12, 30_000);
  expect((await lab.metrics()).loss).toBe(loss);
  expect(Buffer.compare(await exportLab(page, lab), file)).toBe(0);
});

for (const [name, content, says] of [
  ['words', 'no lab at all', /first line/],
  ['another format', '{"tilt_lab":99,"settings":{},"tables":[]}\n', /format 99/],
  ['an unknown table', '{"tilt_lab":1,"settings":{},"tables":[["spells",[]]]}\n', /spells/],
  ['a broken label', '{"tilt_lab":1,"settings":{},"tables":[["labels",[[7,{"text":"{}"}]]]]}\n', /label 7/],
  ['a file cut short', '{"tilt_lab":1,"settings":{},"tables":[["checkpoints",[[7,{"bytes":50}]]]]}\nabc', /cut short/],
]) {
  test(`a lab of ${name} is refused, and nothing is touched`, async ({ lab }) => {
    await lab.open(OPENED, { ready: false });
    await lab.label('1');
    await lab.id('lab-import').setInputFiles({
      name: 'lab.tilt',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(content),
    });
    expect(await lab.untilBanner()).toMatch(says);
    expect(await lab.labelCount()).toBe(1);
  });
}

async function exportLab(page, lab) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    lab.id('lab-export').click(),
  ]);
  return fs.readFileSync(await download.path());
}
