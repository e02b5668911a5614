// `cargo xtask bench`: Tilt and its peers on one specified training step, in one browser.
// usage: node bench.mjs [--only CASE]... [--steps N] [--limit-s S] [--real-gpu] [--readme FILE]
import { chromium } from '@playwright/test';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SHAPE } from './peers/step.js';
import { CHROMIUM_FLAGS, WEBGPU_FLAGS } from './playwright.config.mjs';
import { serveSite } from './static_site.mjs';

const WARM_UP = 5;
/** Of the specified shape, by step, with how far a port may lie from them. */
const KNOWN_LOSSES = { 0: [6.25389, 1e-4], 4: [6.2089, 1e-3], 24: [5.4106, 5e-3] };
/** Between two that train on the same numbers in another shape. */
const SHAPE_TOLERANCE = 5e-3;

const LONG = { ...SHAPE, context: 256, batch: 2 };
const WIDE = { ...SHAPE, d_model: 256, heads: 8 };
const SHAPE_NAMES = new Map([
  [SHAPE, '4 layers, width 128, 8 x 64 tokens'],
  [LONG, 'longer context: 2 x 256 tokens'],
  [WIDE, 'wider: width 256'],
]);

const tilt = (settings, shape = SHAPE) => ({ kind: 'tilt', shape, settings });
const peer = (device, shape = SHAPE, library = 'jax-js') => ({ kind: 'peer', shape, device, library });

const CASES = {
  'jax-js-wasm': peer('wasm'),
  'tfjs-wasm': peer('wasm', SHAPE, 'tfjs'),
  'cpu-plain': tilt({ device: 'cpu', simd: 'plain', workers: 1 }),
  'cpu-relaxed': tilt({ device: 'cpu', simd: 'relaxed', workers: 1 }),
  'cpu-2-workers': tilt({ device: 'cpu', simd: 'plain', workers: 2 }),
  'cpu-relaxed-2-workers': tilt({ device: 'cpu', simd: 'relaxed', workers: 2 }),
  'cpu-dpo': tilt({ device: 'cpu', simd: 'plain', workers: 1, objective: 'dpo' }),
  'jax-js-webgpu': peer('webgpu'),
  'tfjs-webgpu': peer('webgpu', SHAPE, 'tfjs'),
  webgpu: tilt({ device: 'webgpu' }),
  'webgpu-dpo': tilt({ device: 'webgpu', objective: 'dpo' }),
  'jax-js-webgpu-long': peer('webgpu', LONG),
  'webgpu-long': tilt({ device: 'webgpu' }, LONG),
  'jax-js-webgpu-wide': peer('webgpu', WIDE),
  'webgpu-wide': tilt({ device: 'webgpu' }, WIDE),
};

/** What is set against what: the first is to be faster than the second. */
const RATIOS = [
  ['CPU, plain SIMD', 'cpu-plain', 'jax-js-wasm'],
  ['CPU, relaxed SIMD', 'cpu-relaxed', 'jax-js-wasm'],
  ['CPU, plain SIMD, 2 workers', 'cpu-2-workers', 'jax-js-wasm'],
  ['CPU, relaxed SIMD, 2 workers', 'cpu-relaxed-2-workers', 'jax-js-wasm'],
  ['WebGPU', 'webgpu', 'jax-js-webgpu'],
  ['WebGPU', 'webgpu-long', 'jax-js-webgpu-long'],
  ['WebGPU', 'webgpu-wide', 'jax-js-webgpu-wide'],
];
/** Behind jax-js, so in a line below the table: what is timed, on what Tilt is beside it. */
const TFJS = [
  ['CPU', 'tfjs-wasm', 'cpu-plain'],
  ['WebGPU', 'tfjs-webgpu', 'webgpu'],
];
/** DPO over pairs against SFT over as many sequences. */
const DPO = [
  ['CPU, plain SIMD', 'cpu-dpo', 'cpu-plain'],
  ['WebGPU', 'webgpu-dpo', 'webgpu'],
];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    steps: { type: 'string', default: '20' },
    'limit-s': { type: 'string', default: '900' },
    'real-gpu': { type: 'boolean', default: false },
    readme: { type: 'string' },
  },
});
for (const name of options.only) {
  if (!CASES[name]) {
    console.error(`there is no case ${name}; the cases are ${Object.keys(CASES).join(', ')}`);
    process.exit(2);
  }
}
const steps = Number(options.steps);
const limitMs = Number(options['limit-s']) * 1000;
const wanted = options.only.length > 0 ? options.only : Object.keys(CASES);

/** Runs in every page before its scripts: counts what a peer asks of the GPU. */
function countGpuCalls() {
  const calls = (globalThis.gpuCalls = { dispatches: 0, submissions: 0 });
  const watch = (type, name, counter) => {
    const method = globalThis[type]?.prototype[name];
    if (!method) return;
    globalThis[type].prototype[name] = function (...args) {
      calls[counter] += 1;
      return method.apply(this, args);
    };
  };
  watch('GPUComputePassEncoder', 'dispatchWorkgroups', 'dispatches');
  watch('GPUQueue', 'submit', 'submissions');
}

const script = (file) => `<script src="./node_modules/@tensorflow/${file}.min.js"></script>`;
/** What a library's page loads. */
const LIBRARIES = {
  'jax-js': `<script type="importmap">{"imports":{"@jax-js/jax":"./node_modules/@jax-js/jax/dist/index.js"}}</script>
<script type="module" src="./jaxjs.js"></script>`,
  tfjs: `${script('tfjs/dist/tf')}
${script('tfjs-backend-wasm/dist/tf-backend-wasm')}
${script('tfjs-backend-webgpu/dist/tf-backend-webgpu')}
<script type="module" src="./tfjs.js"></script>`,
};
const PEER_PAGES = Object.fromEntries(
  Object.entries(LIBRARIES).map(([library, scripts]) => [
    `${library}.html`,
    { body: `<!doctype html><title>peer</title><link rel="icon" href="data:," />\n${scripts}` },
  ]),
);

async function runPeer(page, peers, { device, shape, library }) {
  await page.addInitScript(countGpuCalls);
  await page.goto(`${peers.url}${library}.html`);
  await page.waitForFunction(() => globalThis.run);
  return page.evaluate((task) => globalThis.run(task), { device, shape, warmUp: WARM_UP, steps });
}

async function runTilt(page, site, { settings, shape }) {
  const query = new URLSearchParams({ bench: 1, model: 'nano', tied: 0, ...shape, ...settings, steps });
  await page.goto(`${site.url}?${query}`);
  const outcome = page.locator('[data-testid="bench-result"], [data-testid="bench-error"]');
  await outcome.waitFor({ state: 'attached' });
  const error = page.locator('[data-testid="bench-error"]');
  if ((await error.count()) > 0) throw new Error(await error.innerText());
  const report = JSON.parse(await outcome.getAttribute('data-value'));
  const remarks = await page.locator('[data-testid="bench-remarks"]').innerText();
  if (remarks.trim()) throw new Error(`not as asked: ${remarks.trim()}`);
  return report;
}

async function runCase(browser, sites, one) {
  const context = await browser.newContext();
  context.setDefaultTimeout(limitMs);
  try {
    const page = await context.newPage();
    const work = one.kind === 'peer' ? runPeer(page, sites.peers, one) : runTilt(page, sites.tilt, one);
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`took longer than ${limitMs / 1000} s`)), limitMs).unref();
    });
    return await Promise.race([work, late]);
  } finally {
    // A browser that crashed closed it itself.
    await context.close().catch(() => {});
  }
}

/** What is wrong with a case's losses; nothing where all is well. */
function lossDefects(name, results) {
  const { kind, shape, settings } = CASES[name];
  const { losses } = results[name];
  if (settings?.objective === 'dpo') {
    return Math.abs(losses[0] - Math.LN2) < 1e-4 ? [] : [`${name}: first loss ${losses[0]}, expected ln 2`];
  }
  const far = (step, expected, tolerance) =>
    losses.length > step &&
    !(Math.abs(losses[step] - expected) <= tolerance) &&
    `${name}: loss ${losses[step]} at step ${step}, expected ${expected}`;
  if (shape === SHAPE) {
    return Object.entries(KNOWN_LOSSES)
      .map(([step, [expected, tolerance]]) => far(Number(step), expected, tolerance))
      .filter(Boolean);
  }
  const other = Object.keys(results).find((other) => CASES[other].shape === shape && CASES[other].kind !== kind);
  if (!other) return [];
  return results[other].losses
    .slice(0, 10)
    .map((expected, step) => far(step, expected, SHAPE_TOLERANCE))
    .filter(Boolean);
}

const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [...CHROMIUM_FLAGS, ...(options['real-gpu'] ? WEBGPU_FLAGS.slice(0, 1) : WEBGPU_FLAGS)],
  });
let browser = await launch();
const here = path.dirname(fileURLToPath(import.meta.url));
const sites = {
  tilt: await serveSite({}),
  peers: await serveSite({ folder: path.join(here, 'peers'), replaced: PEER_PAGES }),
};
const results = {};
const failures = [];
let adapter;
const load = os.loadavg()[0];
for (const name of wanted) {
  try {
    if (!browser.isConnected()) browser = await launch();
    const result = await runCase(browser, sites, CASES[name]);
    results[name] = result;
    if (result.device === 'webgpu') adapter = result.adapter;
    const counted = result.dispatches_per_step
      ? `, ${result.dispatches_per_step.toFixed(1)} dispatches and ${result.submissions_per_step.toFixed(1)} submissions a step`
      : '';
    console.log(
      `${name}: median ${result.median_ms.toFixed(1)} ms, fastest ${result.min_ms.toFixed(1)}, ` +
        `first ${result.first_step_ms.toFixed(0)}${counted}`,
    );
    failures.push(...lossDefects(name, results));
  } catch (error) {
    failures.push(`${name}: ${String(error.message ?? error).split('\n')[0]}`);
    console.log(failures.at(-1));
  }
}
const version = browser.version();
await browser.close();
await Promise.all(Object.values(sites).map((site) => site.close()));

const ms = (name) => `${results[name].median_ms.toFixed(results[name].median_ms < 100 ? 1 : 0)} ms`;
const calls = (name) => {
  const { dispatches_per_step: dispatches, submissions_per_step: submissions } = results[name];
  return dispatches ? `${dispatches.toFixed(0)} / ${submissions.toFixed(0)}` : '–';
};
const both = ([, ours, theirs]) => results[ours] && results[theirs];
const rows = RATIOS.filter(both).map(([what, ours, theirs]) => {
  const ratio = results[theirs].median_ms / results[ours].median_ms;
  const cells = [what, SHAPE_NAMES.get(CASES[ours].shape), ms(ours), ms(theirs), `${ratio.toFixed(2)} x`];
  return `| ${[...cells, calls(ours), calls(theirs)].join(' | ')} |`;
});
const dpo = DPO.filter(both).map(([what, ours, theirs]) => {
  const ratio = results[ours].median_ms / results[theirs].median_ms;
  return `- ${what}: DPO over 4 pairs takes ${ratio.toFixed(2)} times as long as SFT over 8 sequences of the same lengths (${ms(ours)}, ${ms(theirs)}).`;
});
const tfjs = TFJS.filter(both).map(([what, theirs, ours]) => {
  const ratio = results[theirs].median_ms / results[ours].median_ms;
  const asked = results[theirs].dispatches_per_step;
  const dispatches = asked ? `, ${asked.toFixed(0)} dispatches a step` : '';
  return `- ${what}: TensorFlow.js takes ${ms(theirs)} for the first step of the table, ${ratio.toFixed(1)} times as long as Tilt${dispatches}.`;
});
const cpu = os.cpus();
const machine = [
  `${cpu[0]?.model.trim() ?? 'unknown processor'}, ${cpu.length} cores`,
  `Chromium ${version}`,
  adapter && `WebGPU on ${adapter}`,
  `${new Date().toISOString().slice(0, 10)}`,
  `load ${load.toFixed(1)} before`,
].filter(Boolean);
const table = [
  '| Tilt on | Step | Tilt | jax-js | Tilt is faster by | Dispatches / submissions, Tilt | jax-js |',
  '|---|---|---|---|---|---|---|',
  ...rows,
  '',
  ...dpo,
  ...tfjs,
  '',
  `Median of ${steps} steps, each with its loss read back; all in one browser session. ${machine.join('; ')}.`,
].join('\n');
console.log(`\n${table}\n`);
for (const failure of failures) console.log(`FAILED ${failure}`);

if (options.readme && failures.length === 0) {
  const text = fs.readFileSync(options.readme, 'utf8');
  const marked = /(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/;
  if (!marked.test(text)) throw new Error(`${options.readme} has no place for the table`);
  fs.writeFileSync(options.readme, text.replace(marked, (_, open, close) => open + table + close));
  console.log(`The table stands in ${options.readme}.`);
}
process.exit(failures.length > 0 ? 1 : 0);
