// A sample of TRL's golden losses in the browser, on WebGPU and on the CPU. All of them
// are compared natively and as wasm by engine/tests/golden.rs.
import { readFileSync } from 'node:fs';
import { scoreInBrowser } from './engine.mjs';
import { expect, test } from './fixtures.mjs';
import { ON_WEBGPU } from './on_webgpu.mjs';

const GOLDEN = new URL('../engine/tests/golden/open/', import.meta.url);
const read = (name, encoding = 'utf8') => readFileSync(new URL(name, GOLDEN), encoding);
const json = (name) => JSON.parse(read(name));
const model = (folder) => ({
  config: read(`${folder}/config.json`),
  weights: read(`${folder}/model.safetensors`, 'base64'),
});

test.use(ON_WEBGPU);

/** Family and entry of losses.json. */
const SAMPLE = [
  ['dpo', 'sigmoid_b0.1'],
  ['dpo', 'ipo_b0.1'],
  ['dpo', 'aot_b0.1'],
  ['dpo', 'mpo_mix'],
  ['dpo', 'ld_dpo_a0.5'],
  ['dpo', 'wpo_sigmoid'],
  ['dpo', 'fdpo_js'],
  ['kto', 'kto_b0.1'],
  ['cpo', 'cpo_sigmoid_b0.1'],
  ['cpo', 'simpo_pure_b2.5_g1.375'],
  ['orpo', 'orpo_b0.1'],
  ['sft', 'completion_nll'],
];

const pairs = json('dataset.json').examples;
const labels = json('config.json').kto_labels;
const completion = (pair, side) => ({ prompt_ids: pair.prompt_ids, completion_ids: pair[side] });
const ROWS = {
  pairs: pairs.map(({ prompt_ids, chosen_ids, rejected_ids }) => ({ prompt_ids, chosen_ids, rejected_ids })),
  kto: pairs.map((pair, row) => ({
    ...completion(pair, labels[row] ? 'chosen_ids' : 'rejected_ids'),
    label: Boolean(labels[row]),
  })),
  sft: pairs.map((pair) => completion(pair, 'chosen_ids')),
};

function task(family, entry) {
  const { loss_type_effective, ...config } = entry.config ?? {};
  return { config: { trainer: family, ...config }, rows: ROWS[family] ?? ROWS.pairs };
}

/** `share` is 1 for the tolerances of the native tests, 10 for a GPU's arithmetic. */
async function compare(page, device, share) {
  const losses = json('losses.json');
  const entries = SAMPLE.map(([family, name]) => losses[family][name]);
  const tasks = SAMPLE.map(([family], index) => task(family, entries[index]));
  const { kind, reports } = await scoreInBrowser(page, device, model('policy'), model('reference'), tasks);
  expect(kind).toBe(device);
  expect(reports).toHaveLength(SAMPLE.length);
  let worst = 0;
  for (const [index, report] of reports.entries()) {
    const name = SAMPLE[index].join(' ');
    const entry = entries[index];
    expect(report.loss, `${name}: ${JSON.stringify(report)}`).toBeDefined();
    const near = (what, found, expected, tolerance, floor) => {
      const off = Math.abs(found - expected) / Math.max(Math.abs(expected), floor) / tolerance;
      worst = Math.max(worst, off);
      expect(off, `${name} ${what}: found ${found}, expected ${expected}`).toBeLessThanOrEqual(1);
    };
    const tolerance = share * (name.includes('ipo') ? 1e-4 : 1e-5);
    near('loss', report.loss, entry.loss, tolerance, 1e-3);
    near('grad_norm', report.grad_norm, entry.grad_norm, share * 1e-4, 1e-6);
    const rows = entry.per_sequence ?? [];
    if (rows.length > 0) expect(report.per_example, name).toHaveLength(rows.length);
    for (const [row, expected] of rows.entries()) {
      near(`row ${row}`, report.per_example[row], expected, 10 * tolerance, 1);
    }
    for (const [metric, expected] of Object.entries(entry.metrics)) {
      near(metric, report.metrics[metric], expected, share * 1e-4, 1);
    }
  }
  console.log(`${reports.length} losses on ${device}: worst at ${(100 * worst).toFixed(1)}% of its tolerance`);
}

test('losses on the CPU are those of TRL', async ({ lab, page }) => {
  await lab.open({ model: 'nano', device: 'cpu' });
  await compare(page, 'cpu', 1);
});

test('losses on WebGPU are those of TRL', async ({ lab, page }) => {
  test.setTimeout(20 * 60_000);
  await lab.open({ model: 'nano', device: 'cpu' });
  await compare(page, 'webgpu', 10);
});
