// What leaves the lab: a model that says what it is, and a run to go on with elsewhere.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { unzip } from './unzip.mjs';

test('a model and its run go out as zips that tell the same story', async ({ lab, page }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 81 });
  await lab.autolabel({ principle: 'polite', count: 8 });
  await lab.train({ objective: 'ipo', steps: 5 });

  const model = await zipFrom(page, () => lab.id('model-export').click());
  expect(Object.keys(model).sort()).toEqual([
    'README.md',
    'check.json',
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  const card = model['README.md'].toString();
  expect(card).toMatch(/IPO/);
  expect(card).toMatch(/polite/);
  expect(card).toMatch(/nano/);

  const trl = await zipFrom(page, () => lab.id('trl-export').click());
  expect(Object.keys(trl)).toContain('reference/model.safetensors');
  const rows = trl['labels.jsonl'].toString().trim().split('\n').map((line) => JSON.parse(line));
  expect(rows).toHaveLength(8);
  expect(trl['train.py'].toString()).toContain('DPOTrainer');
  const { steps } = JSON.parse(trl['expected.json']);
  expect(steps).toHaveLength(3);
});

async function zipFrom(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), press()]);
  return unzip(fs.readFileSync(await download.path()));
}
