// Models of one's own: told apart by what they are, kept, removed; no policy of one is
// shown over another.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';

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
