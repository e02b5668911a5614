// A folder that make.py wrote, in the page: its files imported as a person would, and the
// ids of its texts from the engine as wasm.
import fs from 'node:fs';
import path from 'node:path';
import { tokensInBrowser } from '../engine.mjs';
import { expect, test } from '../fixtures.mjs';

const FOLDER = process.env.TILT_BYTE_LEVEL ?? '.';
const END = '<|endoftext|>';
/** A text and its prompt fit the context with room to spare. */
const MOST_IDS = 1000;

const bytes = (name) => fs.readFileSync(path.join(FOLDER, name));
const text = (name) => bytes(name).toString('utf8');

test('the engine as wasm has the ids of Python', async ({ page, site }) => {
  const cases = JSON.parse(text('cases.json')).filter(({ ids }) => ids.length <= MOST_IDS);
  const model = {
    config: text('config.json'),
    tokenizer: text('tokenizer.json'),
    tokenizer_config: text('tokenizer_config.json'),
    weights: bytes('model.safetensors').toString('base64'),
  };
  const end = JSON.parse(model.config).eos_token_id;
  await page.goto(site.url);
  const texts = cases.map((one) => one.text);
  const found = await tokensInBrowser(page, model, END, texts);
  let compared = 0;
  for (const [index, { text: source, ids }] of cases.entries()) {
    const expected = source.endsWith(END) ? ids : [...ids, end];
    expect(found[index].map(({ id }) => id), JSON.stringify(source)).toEqual(expected);
    compared += ids.length;
  }
  console.log(`${cases.length} texts, ${compared} ids`);
});

for (const form of [['tokenizer.json'], ['vocab.json', 'merges.txt']]) {
  test(`the page imports the folder with ${form.join(' and ')}, answers and trains`, async ({ lab }) => {
    await lab.open({ device: 'cpu', model: 'nano', seed: 7 });
    const files = ['config.json', 'model.safetensors', 'tokenizer_config.json', ...form].map((name) => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: bytes(name),
    }));
    await lab.whileBusy('loading', () => lab.chooseFiles('model-import', files), 120_000);
    expect(await lab.id('model-select').inputValue()).toBe('imported');
    expect(await lab.banner()).toBe('');
    const answers = await lab.compare('It\'s  a naïve test 👩🏽\u200d🚀', 120_000);
    console.log(JSON.stringify(answers));
    await lab.labelShorter(1);
    const last = await lab.train({ objective: 'dpo', steps: 2 });
    expect(last.step).toBe(2);
  });
}
