// Data in every format that Tilt reads, from a picker, the clipboard, a drop or an address.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 71 };

const row = (value) => `${JSON.stringify(value)}\n`;
const user = (content) => ({ role: 'user', content });
const assistant = (content) => ({ role: 'assistant', content });
const turns = (answer) => [user('What is the sky?'), assistant(answer)];

/** Each with two good rows and one that is none, on the line `bad`. */
const FORMATS = [
  {
    format: 'TRL pairs, explicit prompt, plain',
    name: 'plain.jsonl',
    text:
      row({ prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' }) +
      row({ prompt: 'Grass is', chosen: ' green.' }) +
      row({ prompt: 'Snow is', chosen: ' white.', rejected: ' black.' }),
    bad: 2,
    field: 'rejected',
  },
  {
    format: 'TRL pairs, explicit prompt, conversational',
    name: 'turns.jsonl',
    text:
      row({ prompt: [user('Hi')], chosen: [assistant('Hello.')], rejected: [assistant('No.')] }) +
      row({ prompt: [user('Bye')], chosen: [assistant('Bye.')], rejected: [assistant('So?')] }) +
      'not json\n',
    bad: 3,
    field: 'row',
  },
  {
    format: 'TRL pairs, implicit prompt',
    name: 'implicit.jsonl',
    text:
      row({ chosen: turns('Blue.'), rejected: turns('Green.') }) +
      row({ chosen: 'no turns', rejected: 7 }) +
      row({ chosen: turns('Grey.'), rejected: turns('Red.') }),
    bad: 2,
    field: 'rejected',
  },
  {
    format: 'TRL unpaired',
    name: 'thumbs.jsonl',
    text:
      row({ prompt: 'The sky is', completion: ' blue.', label: true }) +
      row({ prompt: 'The sky is', completion: ' green.', label: false }) +
      row({ prompt: 'The sky is', completion: ' grey.', label: 'perhaps' }),
    bad: 3,
    field: 'label',
  },
  {
    format: 'a JSON array',
    name: 'array.json',
    text: JSON.stringify(
      [
        { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
        { prompt: 'Grass is', rejected: ' blue.' },
        { prompt: 'Snow is', chosen: ' white.', rejected: ' black.' },
      ],
      null,
      2,
    ),
    bad: 7,
    field: 'chosen',
  },
  {
    format: 'CSV',
    name: 'pairs.csv',
    text: 'prompt,chosen,rejected\r\n"The sky, today, is"," blue."," ""green""."\r\nGrass is, green.\r\nSnow is,white,black\r\n',
    bad: 3,
    field: 'row',
  },
  {
    format: "HH-RLHF's transcripts",
    name: 'hh.jsonl',
    text:
      row({
        chosen: '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Sky?\n\nAssistant: Blue.',
        rejected: '\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Sky?\n\nAssistant: Green.',
      }) +
      row({ chosen: '\n\nHuman: Grass?\n\nAssistant: Green.', rejected: 'no transcript' }) +
      row({
        chosen: '\n\nHuman: Snow?\n\nAssistant: White.',
        rejected: '\n\nHuman: Snow?\n\nAssistant: Black.',
      }),
    bad: 2,
    field: 'rejected',
  },
  {
    format: 'UltraFeedback, binarized',
    name: 'ultra.jsonl',
    text:
      row({ prompt: 'Sky?', chosen: turns('Blue.'), rejected: turns('Red.'), score_chosen: 8, score_rejected: 3 }) +
      row({ prompt: 'Sky?', chosen: turns('Blue!'), rejected: turns('Red!'), score_chosen: 2, score_rejected: 5 }) +
      row({ prompt: 'Sky?', chosen: turns('Grey.'), rejected: turns('Pink.'), score_chosen: 7, score_rejected: 6 }),
    bad: 2,
    field: 'score_rejected',
  },
  {
    format: "Nectar's ranked answers",
    name: 'nectar.jsonl',
    text:
      row({
        prompt: '\n\nHuman: Sky?\n\nAssistant: ',
        answers: [
          { answer: 'Red.', rank: 3 },
          { answer: 'Blue.', rank: 1 },
          { answer: 'Grey.', rank: 2 },
        ],
      }) +
      row({ prompt: '\n\nHuman: Sky?\n\nAssistant: ', answers: 'none' }) +
      row({
        prompt: '\n\nHuman: Snow?\n\nAssistant: ',
        answers: [
          { answer: 'White.', rank: 1 },
          { answer: 'Black.', rank: 2 },
        ],
      }),
    bad: 2,
    field: 'answers',
  },
];

for (const { format, name, text, bad, field } of FORMATS) {
  test(`${format}: good rows come in, a bad one is named and kept apart`, async ({ lab, page }) => {
    await lab.open(OPENED, { ready: false });
    await choose(lab, name, text);
    const report = await lab.untilImported();
    expect(report).toEqual({ rows: 3, good: 2, refused: 1, taken: 2 });
    await lab.untilLabelCount(2);
    const [line] = await lab.id('import-errors').locator('tbody tr').all();
    const [shownLine, shownField] = (await line.locator('td').allInnerTexts()).map((t) => t.trim());
    expect(Number(shownLine)).toBe(bad);
    expect(shownField).toBe(field);
    const refused = await saved(page, () => lab.id('import-refused').click());
    expect(refused.trim()).not.toBe('');
  });
}

test('what goes out as Tilt’s own comes in the same', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  for (const key of ['1', '2', '3', '4']) await lab.label(key);
  const before = await saved(page, () => lab.id('data-export-all').click());
  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.untilLabelCount(0);
  await choose(lab, 'labels.tilt.jsonl', before);
  await lab.untilLabelCount(4);
  expect(await saved(page, () => lab.id('data-export-all').click())).toBe(before);
});

test('pasted rows come in, and words typed into a field do not', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  await page.evaluate(({ text }) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, FORMATS[0]);
  await lab.untilLabelCount(2);
});

test('dropped files come in', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  await page.evaluate(({ name, text }) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
    );
  }, FORMATS[1]);
  await lab.untilLabelCount(2);
});

test.describe('from another host', () => {
  test.use({ expectedComplaints: [/request to another host: http:\/\/localhost/] });

  test('an address is fetched when the person asks, its host named first', async ({ lab }) => {
    const asked = [];
    const server = http.createServer((request, response) => {
      asked.push(request.url);
      response.setHeader('access-control-allow-origin', '*');
      response.end(FORMATS[0].text);
    });
    await new Promise((resolve) => server.listen(0, resolve));
    const host = `localhost:${server.address().port}`;
    await lab.open(OPENED, { ready: false });
    await lab.id('import-more').locator('summary').click();
    await lab.id('import-address').fill(`http://${host}/pairs.jsonl`);
    await expect(lab.id('import-host')).toContainText(host);
    await expect(lab.id('import-fetch')).toContainText(host);
    expect(asked).toEqual([]);
    await lab.id('import-fetch').click();
    await lab.untilLabelCount(2);
    expect(asked).toEqual(['/pairs.jsonl']);
    server.close();
  });
});

test('a hundred megabytes stream in, and can be given up', async ({ lab, page, browser }) => {
  test.setTimeout(5 * 60_000);
  const file = path.join(os.tmpdir(), `tilt-import-${process.pid}.jsonl`);
  const answer = 'word '.repeat(80);
  const line = (number) =>
    row({ prompt: `Question ${number}`, chosen: `${answer}${number}.`, rejected: `${answer}no.` });
  const out = fs.openSync(file, 'w');
  let bytes = 0;
  let rows = 0;
  while (bytes < 100e6) {
    let part = '';
    for (let count = 0; count < 1000; count += 1) part += line((rows += 1));
    bytes += fs.writeSync(out, part);
  }
  fs.closeSync(out);

  await lab.open(OPENED);
  await lab.id('data-import').setInputFiles(file);
  await lab.until('progress', () => lab.id('import-progress').isVisible());
  await lab.id('import-cancel').click();
  await lab.until('the end', async () => !(await lab.id('import-progress').isVisible()));
  expect(await lab.labelCount()).toBe(0);

  const devtools = await browser.newBrowserCDPSession();
  let most = 0;
  const before = await residentBytes(devtools);
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        let [worst, last] = [0, performance.now()];
        const look = (now) => {
          worst = Math.max(worst, now - last);
          last = now;
          if (window.enough) resolve(worst);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
  await lab.id('data-import').setInputFiles(file);
  while (!(await lab.id('import-report').isVisible())) {
    most = Math.max(most, await residentBytes(devtools));
    await page.waitForTimeout(200);
  }
  await page.evaluate(() => (window.enough = true));
  const report = await lab.untilImported();
  console.log(
    `${rows} rows, ${(bytes / 1e6).toFixed(0)} MB: at most ${(most / 1e6).toFixed(0)} MB of memory, ${(before / 1e6).toFixed(0)} before,`,
    `longest pause of the page ${(await frames).toFixed(0)} ms`,
  );
  expect(report).toEqual({ rows, good: rows, refused: 0, taken: 5000 });
  expect(most).toBeGreaterThan(50e6);
  // What the page and its engine take before is another matter, and the browser's.
  expect(most - before).toBeLessThan(250e6);
  await lab.untilLabelCount(5000);
  fs.unlinkSync(file);
});

/** The memory of the page's process, from the system: wasm and workers are in it. */
async function residentBytes(devtools) {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const of = (pid) => {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  };
  return Math.max(...renderers.map(({ id }) => of(id)));
}

async function choose(lab, name, text) {
  await lab
    .id('data-import')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
}

async function saved(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return fs.readFileSync(await download.path(), 'utf8');
}
