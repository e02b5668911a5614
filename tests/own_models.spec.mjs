// Models of one's own: told apart by what they are, kept, removed; no policy of one is
// shown over another.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { stored } from './torture/stored.mjs';

const NANO = new URL('../public/models/nano/', import.meta.url).pathname;
const OPENED = { device: 'cpu', seed: 57 };
const FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** The files of `nano`, its weights passed through `change`. */
function modelFiles(change = (weights) => weights) {
  return FILES.map((name) => {
    const bytes = fs.readFileSync(NANO + name);
    const buffer = name === 'model.safetensors' ? change(Buffer.from(bytes)) : bytes;
    return { name, mimeType: 'application/octet-stream', buffer };
  });
}

/** The same shape and other numbers: the position embeddings back to front. */
function otherWeights(weights) {
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.toString('utf8', 8, 8 + length));
  const name = Object.keys(header).find((key) => key.endsWith('wpe.weight'));
  const [from, to] = header[name].data_offsets.map((offset) => 8 + length + offset);
  const numbers = new Uint16Array(weights.buffer.slice(weights.byteOffset + from, weights.byteOffset + to));
  Buffer.from(numbers.reverse().buffer).copy(weights, from);
  return weights;
}

/**
 * `nano` with so many positions that it has 25.6 million parameters, in a file of 51 MB:
 * each row of the position embeddings again and again.
 */
function largeModelFiles() {
  const positions = 385_000;
  const small = fs.readFileSync(NANO + 'model.safetensors');
  const start = 8 + Number(small.readBigUInt64LE(0));
  const header = JSON.parse(small.toString('utf8', 8, start));
  const parts = [];
  let at = 0;
  for (const [name, tensor] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [from, to] = tensor.data_offsets.map((offset) => start + offset);
    let bytes = small.subarray(from, to);
    if (name.endsWith('wpe.weight')) {
      const width = tensor.shape[1];
      bytes = Buffer.alloc(positions * width * 2, bytes);
      tensor.shape = [positions, width];
    }
    tensor.data_offsets = [at, at + bytes.length];
    at += bytes.length;
    parts.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const config = JSON.parse(fs.readFileSync(NANO + 'config.json', 'utf8'));
  const replaced = {
    'config.json': Buffer.from(JSON.stringify({ ...config, n_positions: positions })),
    'model.safetensors': Buffer.concat([length, text, ...parts]),
  };
  return modelFiles().map((file) => ({ ...file, buffer: replaced[file.name] ?? file.buffer }));
}

async function importModel(lab, name, change) {
  await lab.whileBusy('loading', () => lab.chooseFiles('model-import', modelFiles(change)), 60_000);
  expect(await lab.id('model-select').inputValue()).toBe(name);
}

async function chooseModel(lab, name) {
  await lab.whileBusy('loading', () => lab.id('model-select').selectOption(name), 120_000);
  expect(await lab.id('model-select').inputValue()).toBe(name);
}

function modelsAtHand(lab) {
  return lab.id('model-select').locator('option').evaluateAll((all) => all.map(({ value }) => value));
}

test('the policy of one imported model is never shown over another', async ({ lab }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await importModel(lab, 'imported');
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.train({ objective: 'dpo', steps: 12 });
  const ofA = await lab.heatmap();
  expect(Math.max(...ofA.map(Math.abs))).toBeGreaterThan(0.01);

  await importModel(lab, 'imported 2', otherWeights);
  expect((await lab.metrics()).step).toBeNaN();
  const titles = await lab.id('model-select').locator('option').allInnerTexts();
  expect(new Set(titles).size).toBe(titles.length);

  await lab.page.goto(lab.site.url + '?device=cpu');
  await lab.watchStatus();
  await lab.untilReady();
  expect(await lab.id('model-select').inputValue()).toBe('imported 2');
  await lab.until('the list of runs', async () => (await lab.runs()).length === 1);
  // The run is in the list, its policy is not in the lab.
  expect((await lab.metrics()).step).toBeNaN();
  expect(await lab.lastLogps()).toBeUndefined();
  await lab.until('policy and reference to be one', async () => {
    const now = await lab.heatmap();
    return Math.max(...now.map(Math.abs)) < 1e-6;
  });

  // The other one, and with it what it has learnt.
  await chooseModel(lab, 'imported');
  await lab.until('the run', async () => (await lab.metrics()).step === 12, 30_000);
  await lab.until('the heat map', async () => {
    const now = await lab.heatmap();
    return JSON.stringify(now) === JSON.stringify(ofA);
  });
});

test('an imported model stays at hand until it is removed', async ({ lab }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await importModel(lab, 'imported');
  await chooseModel(lab, 'nano');
  expect(await modelsAtHand(lab)).toContain('imported');
  await lab.reload();
  await lab.untilReady();
  await lab.until('the list', async () => (await modelsAtHand(lab)).includes('imported'));
  await chooseModel(lab, 'imported');
  // The same files again are the same model.
  await importModel(lab, 'imported');
  expect((await modelsAtHand(lab)).filter((name) => name.startsWith('imported'))).toEqual(['imported']);

  await lab.id('model-remove').click();
  await lab.untilReady();
  expect(await modelsAtHand(lab)).toEqual(['nano', 'small', 'base']);
  await lab.reload();
  await lab.untilReady();
  expect(await modelsAtHand(lab)).toEqual(['nano', 'small', 'base']);
  await expect(lab.id('model-remove')).toHaveCount(0);
});

test('another model in mid-run is asked about first', async ({ lab }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('steps', async () => (await lab.metrics()).step >= 3, 60_000);

  await lab.id('model-select').selectOption('small');
  await expect(lab.id('model-change')).toBeVisible();
  expect(await lab.id('model-select').inputValue()).toBe('nano');
  const { step } = await lab.metrics();
  await lab.until('the run to go on', async () => (await lab.metrics()).step > step, 30_000);
  await lab.id('model-keep').click();
  await expect(lab.id('model-change')).toHaveCount(0);
  expect(await lab.status()).toBe('training');

  // Files are asked about too.
  await lab.chooseFiles('model-import', modelFiles(otherWeights));
  await expect(lab.id('model-change')).toBeVisible();
  expect(await lab.status()).toBe('training');
  await lab.id('model-change').click();
  await lab.until('the model', async () => (await lab.id('model-select').inputValue()) === 'imported', 60_000);
  await lab.untilReady();
  expect((await lab.metrics()).step).toBeNaN();
  expect(await lab.notices()).toContain('another model took its place');
  const [run] = await lab.listedRuns(1);
  expect(run.loss).toBeLessThan(Math.LN2 + 0.01);
});

test('a model that one tab brings or removes is at hand in the other, or no longer', async ({
  lab,
  context,
}) => {
  await lab.open({ ...OPENED, model: 'nano' });
  const other = new Lab(await context.newPage(), lab.site);
  await other.open({ ...OPENED, model: 'nano' });
  await importModel(lab, 'imported');
  await other.until('the model', async () => (await modelsAtHand(other)).includes('imported'));
  await chooseModel(other, 'imported');
  await chooseModel(lab, 'nano');

  await chooseModel(lab, 'imported');
  await lab.id('model-remove').click();
  await lab.untilReady();
  // The other tab goes on with it, is told, and has it no longer once it has left it.
  await other.until('the news', async () => (await other.notices()).includes('removed in another tab'));
  expect(await other.id('model-select').inputValue()).toBe('imported');
  await other.label('1');
  await other.label('2');
  await other.train({ objective: 'dpo', steps: 2 });
  await chooseModel(other, 'nano');
  expect(await modelsAtHand(other)).toEqual(['nano', 'small', 'base']);
});

test('removing the model in use leaves the run under way alone', async ({ lab }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await importModel(lab, 'imported');
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '2000');
  await lab.id('train-start').click();
  await lab.until('steps', async () => (await lab.metrics()).step >= 3, 60_000);
  await lab.id('model-remove').click();
  await lab.until('the news', async () => (await lab.notices()).includes('goes on with it'));
  const { step } = await lab.metrics();
  await lab.until('more steps', async () => (await lab.metrics()).step >= step + 5, 60_000);
  expect(await lab.status()).toBe('training');
  await lab.id('train-stop').click();
  await lab.untilReady();
});

test('settings of a run on another model say whose they are', async ({ lab }) => {
  await lab.open({ ...OPENED, model: 'nano' });
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('beta-input', '0.7');
  await lab.train({ objective: 'dpo', steps: 2 });
  await lab.type('beta-input', '0.2');
  const [{ id, name }] = await lab.listedRuns(1);
  const use = () => lab.run(id).getByTestId('run-use').click();
  await use();
  expect(await lab.id('beta-input').inputValue()).toBe('0.7');
  expect(await lab.notices()).toBe('');

  await lab.type('beta-input', '0.2');
  await importModel(lab, 'imported', otherWeights);
  await use();
  expect(await lab.id('beta-input').inputValue()).toBe('0.7');
  expect(await lab.id('model-select').inputValue()).toBe('imported');
  await lab.until('the news', async () => (await lab.notices()).includes(`${name} was trained on nano`));
  expect(await lab.notices()).toContain('the model stays imported');
  expect(await lab.notices()).toContain('Choose nano');
  await chooseModel(lab, 'nano');
  expect(await lab.notices()).not.toContain('was trained on');
});

test('a model of an older version is taken over with all that was stored', async ({ lab, page }) => {
  // A database of version 2: a model without a card under numbers of its own, no marks.
  const blank = '<!doctype html><link rel="icon" href="data:,">';
  await page.route('**/models/nano/before', (route) =>
    route.fulfill({ contentType: 'text/html', body: blank }),
  );
  await page.goto(lab.site.url + 'models/nano/before');
  await page.evaluate(async () => {
    const [config, tokenizer, tokenizerConfig] = await Promise.all(
      ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map(async (name) =>
        (await fetch(name)).text(),
      ),
    );
    const weights = await (await fetch('model.safetensors')).blob();
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open('tilt', 2);
      request.onupgradeneeded = () => {
        for (const name of ['labels', 'runs', 'curves', 'rows', 'checkpoints', 'models']) {
          request.result.createObjectStore(name);
        }
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const writing = database.transaction(['labels', 'models'], 'readwrite');
    const texts = { config, tokenizer, tokenizer_config: tokenizerConfig };
    writing.objectStore('models').put(JSON.stringify(texts), 1);
    writing.objectStore('models').put(weights, 2);
    const pair = { id: 'w-1', prompt: 'What is rain?', answer_a: 'Water.', answer_b: 'Stone.', source: { source: 'written' } };
    const label = { pair, verdict: 'a', labeller: { by: 'person' }, at_ms: 1 };
    writing.objectStore('labels').put(JSON.stringify(label), 1);
    await new Promise((resolve, reject) => {
      writing.oncomplete = resolve;
      writing.onabort = () => reject(writing.error);
    });
    database.close();
  });
  await lab.open({ ...OPENED, model: 'nano' });
  await lab.untilLabelCount(1);
  await lab.until('the model', async () => (await modelsAtHand(lab)).includes('imported'));
  await chooseModel(lab, 'imported');
  // From now on it lies where every model does.
  await lab.until('three parts', async () => (await stored(page)).records.models === 3);
  await lab.train({ objective: 'dpo', steps: 2 });
  await page.goto(lab.site.url + '?device=cpu');
  await lab.watchStatus();
  await lab.untilReady();
  await lab.until('the model', async () => (await lab.id('model-select').inputValue()) === 'imported');
  await lab.until('the run', async () => (await lab.metrics()).step === 2, 30_000);
  await lab.untilLabelCount(1);
});

test('a run too large to be saved says so before it starts, and keeps its curve', async ({
  lab,
  page,
}, testInfo) => {
  test.setTimeout(5 * 60_000);
  await lab.open({ ...OPENED, model: 'nano' });
  await expect(lab.id('run-unsaved')).toHaveCount(0);
  // More than a test may hand over by itself.
  const folder = testInfo.outputPath('large');
  fs.mkdirSync(folder, { recursive: true });
  const files = largeModelFiles().map(({ name, buffer }) => {
    fs.writeFileSync(`${folder}/${name}`, buffer);
    return `${folder}/${name}`;
  });
  await lab.whileBusy('loading', () => lab.chooseFiles('model-import', files), 120_000);
  await lab.until('its place in the storage', async () => (await stored(page)).records.models === 3, 60_000);
  await expect(lab.id('run-unsaved')).toContainText(/a save would take 29\d MB/);
  await expect(lab.id('run-unsaved')).toBeVisible();
  await lab.label('1');
  await lab.label('2');
  await lab.label('1');
  await lab.type('steps-input', '200');
  await lab.id('train-start').click();
  await lab.until('steps', async () => (await lab.metrics()).step >= 4, 120_000);
  await lab.id('train-pause').click();
  await lab.until('a pause', async () => (await lab.status()) === 'paused', 60_000);
  const { loss } = await lab.metrics();
  await lab.until('the curve', async () => (await stored(page)).records.curves > 0);
  expect((await stored(page)).records.checkpoints).toBe(0);
  await page.goto(lab.site.url + '?device=cpu');
  await lab.watchStatus();
  await lab.until('the news', async () => (await lab.notices()).includes('cannot go on'), 120_000);
  // The last point of its curve.
  const [run] = await lab.listedRuns(1);
  expect(run.loss).toBeCloseTo(loss, 3);

  await chooseModel(lab, 'nano');
  await expect(lab.id('run-unsaved')).toBeHidden();
  // A browser without a profile of its own reads the files where they lie, to the end.
  fs.rmSync(folder, { recursive: true });
});
