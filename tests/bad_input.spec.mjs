// Whatever a person hands in: a message that says what, where and what was expected,
// and a page that goes on working.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures.mjs';
import { cutShort, withShapeOf } from './broken_models.mjs';
import { asOlderFolder } from './older_folder.mjs';

const MODEL_FOLDER = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '../public/models/nano',
);

const BROKEN_MODELS = [
  {
    name: 'a malformed model.safetensors',
    damage: { 'model.safetensors': () => Buffer.from('these are no weights, whatever the name says') },
    says: [/safetensors/i],
  },
  {
    name: 'a model.safetensors that ends too early',
    damage: { 'model.safetensors': cutShort },
    says: [/safetensors/i],
  },
  {
    name: 'a tensor of the wrong shape',
    damage: { 'model.safetensors': (bytes) => withShapeOf(bytes, /wpe\.weight$/, ([rows, columns]) => [2 * rows, columns / 2]) },
    says: [/wpe/, /expected/i, /\d+\D+\d+/],
  },
  {
    name: 'a truncated tokenizer.json',
    damage: { 'tokenizer.json': cutShort },
    says: [/tokenizer/i],
  },
];

for (const { name, damage, says } of BROKEN_MODELS) {
  test(`${name} is refused`, async ({ lab }) => {
    await lab.open({ device: 'cpu', model: 'nano', seed: 7 });
    await lab.chooseFiles('model-import', modelFiles(damage));
    const banner = await lab.untilBanner(60_000);
    for (const expected of says) expect(banner).toMatch(expected);
    await goesOnWorking(lab);
  });
}

test('the intact model is imported and trains', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 7 });
  await lab.whileBusy('loading', () => lab.chooseFiles('model-import', modelFiles({})), 60_000);
  await goesOnWorking(lab);
  expect(await lab.banner()).toBe('');
});

test('a model is imported whose tokenizer lies in the two older files', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 7 });
  const files = asOlderFolder(MODEL_FOLDER).map(({ name, bytes }) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: bytes,
  }));
  const without = (name) => files.filter((file) => file.name !== name);
  await lab.chooseFiles('model-import', without('merges.txt'));
  expect(await lab.untilBanner()).toMatch(/tokenizer\.json: not among the chosen files.*vocab\.json and merges\.txt/s);
  await lab.whileBusy('loading', () => lab.chooseFiles('model-import', files), 60_000);
  await goesOnWorking(lab);
  expect(await lab.banner()).toBe('');
});

test('a beta that is no number is refused', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 8 });
  await lab.labelShorter(2);
  await lab.type('beta-input', 'lots');
  await lab.id('train-start').click();
  const banner = await lab.untilBanner();
  expect(banner).toMatch(/beta/i);
  expect(banner).toMatch(/number|above|greater|positive|expected/i);
  await lab.type('beta-input', '0.1');
  await goesOnWorking(lab);
});

test('training without a pair is refused', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 9 });
  await lab.id('train-start').click();
  expect(await lab.untilBanner()).toMatch(/pair|label/i);
  await goesOnWorking(lab);
});

test('a prompt longer than the context is refused', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 10 });
  await lab.id('sample-prompt').fill('How are you today? '.repeat(500));
  await lab.id('sample-run').click();
  const banner = await lab.untilBanner();
  expect(banner).toMatch(/token/i);
  expect(banner).toMatch(/\d+/);
  await goesOnWorking(lab);
});

test('a URL parameter that makes no sense is said so', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', beta: 'lots' });
  await expect(lab.page.locator('body')).toContainText(/beta\W+lots/);
  await goesOnWorking(lab);
});

/** Labels, and trains with the model that was there before. */
async function goesOnWorking(lab) {
  await lab.untilReady();
  await lab.labelShorter(1);
  const last = await lab.train({ objective: 'dpo', steps: 2 });
  expect(last.step).toBe(2);
}

/** The shipped nano model, with some files damaged, as a person would choose them. */
function modelFiles(damage) {
  return ['config.json', 'tokenizer.json', 'model.safetensors'].map((name) => {
    const bytes = fs.readFileSync(path.join(MODEL_FOLDER, name));
    const buffer = damage[name] ? damage[name](bytes) : bytes;
    return { name, mimeType: 'application/octet-stream', buffer };
  });
}
