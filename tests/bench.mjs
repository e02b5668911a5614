// `cargo xtask bench`: Tilt and its peers on one specified training step, and on sampling from
// the same model, in one browser.
// usage: node bench.mjs [--only CASE]... [--steps N] [--rounds N] [--limit-s S] [--real-gpu] [--readme FILE]
import { chromium } from '@playwright/test';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES, GROUPS, defects } from './bench_cases.mjs';
import { pooled, tableOf, tokensPerSecond } from './bench_table.mjs';
import { CHROMIUM_FLAGS, WEBGPU_FLAGS } from './playwright.config.mjs';
import { serveSite } from './static_site.mjs';

const WARM_UP = 5;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    steps: { type: 'string' },
    rounds: { type: 'string' },
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
const importMap = (files) => {
  const imports = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, `./node_modules/${file}`]));
  return `<script type="importmap">${JSON.stringify({ imports })}</script>`;
};
/** What a library's page loads. */
const LIBRARIES = {
  'jax-js': `${importMap({ '@jax-js/jax': '@jax-js/jax/dist/index.js' })}
<script type="module" src="./jaxjs.js"></script>`,
  tfjs: `${script('tfjs/dist/tf')}
${script('tfjs-backend-wasm/dist/tf-backend-wasm')}
${script('tfjs-backend-webgpu/dist/tf-backend-webgpu')}
<script type="module" src="./tfjs.js"></script>`,
  'transformers-js': `${importMap({
    '@huggingface/transformers': '@huggingface/transformers/dist/transformers.web.js',
    'onnxruntime-common': 'onnxruntime-common/dist/esm/index.js',
    'onnxruntime-web/webgpu': 'onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
  })}
<script type="module" src="./transformersjs.js"></script>`,
  wllama: '<script type="module" src="./wllama.js"></script>',
  peak: '<script type="module" src="./peak.js"></script>',
};
const PEAK = { kind: 'peer', library: 'peak' };
const PEER_PAGES = Object.fromEntries(
  Object.entries(LIBRARIES).map(([library, scripts]) => [
    `${library}.html`,
    { body: `<!doctype html><title>peer</title><link rel="icon" href="data:," />\n${scripts}` },
  ]),
);

async function runPeer(page, peers, { device, shape, library, warmUp = WARM_UP, mostSteps = Infinity }, steps) {
  await page.addInitScript(countGpuCalls);
  await page.goto(`${peers.url}${library}.html`);
  await page.waitForFunction(() => globalThis.run);
  const task = { device, shape, warmUp, steps: Math.min(steps, mostSteps) };
  return page.evaluate((asked) => globalThis.run(asked), task);
}

async function runTilt(page, site, { settings, shape }, steps) {
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

async function runCase(browser, sites, one, steps) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  context.setDefaultTimeout(limitMs);
  try {
    const page = await context.newPage();
    const work = one.kind === 'peer' ? runPeer(page, sites.peers, one, steps) : runTilt(page, sites.tilt, one, steps);
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`took longer than ${limitMs / 1000} s`)), limitMs).unref();
    });
    return await Promise.race([work, late]);
  } finally {
    // A browser that crashed closed it itself.
    await context.close().catch(() => {});
  }
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
const peaks = [];
const failures = [];
let adapter;
const load = os.loadavg()[0];

/** What one round of a case gave, or nothing after noting what failed. */
async function attempt(name, one, steps) {
  try {
    if (!browser.isConnected()) browser = await launch();
    return await runCase(browser, sites, one, steps);
  } catch (error) {
    failures.push(`${name}: ${String(error.message ?? error).split('\n')[0]}`);
    console.log(failures.at(-1));
    return undefined;
  }
}

function print(name) {
  const { median_ms, min_ms, first_step_ms, dispatches_per_step, submissions_per_step } = results[name];
  const counted = dispatches_per_step
    ? `, ${dispatches_per_step.toFixed(1)} dispatches and ${submissions_per_step.toFixed(1)} submissions a step`
    : '';
  const rate = tokensPerSecond(results[name]);
  const sampled = rate ? `, ${rate.toFixed(0)} tokens a second` : '';
  console.log(
    `${name}: median ${median_ms.toFixed(1)} ms, fastest ${min_ms.toFixed(1)}, ` +
      `first ${first_step_ms.toFixed(0)}${sampled}${counted}`,
  );
}

for (const group of GROUPS) {
  const names = Object.keys(group.cases).filter((name) => wanted.includes(name));
  if (names.length === 0) continue;
  const [steps, rounds] = [Number(options.steps ?? group.steps), Number(options.rounds ?? group.rounds)];
  const given = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    if (rounds > 1) console.log(`round ${round} of ${rounds}, ${steps} steps each`);
    const peak = group.measuresPeak && (await attempt('peak', PEAK, steps));
    if (peak) peaks.push(peak);
    for (const name of names) {
      const result = await attempt(name, group.cases[name], steps);
      if (!result) continue;
      if (result.device === 'webgpu') adapter = result.adapter;
      failures.push(...defects(name, result, results));
      given[name].push(result);
      results[name] = pooled(given[name]);
      print(name);
    }
  }
}
const version = browser.version();
await browser.close();
await Promise.all(Object.values(sites).map((site) => site.close()));

const cpu = os.cpus();
const machine = [
  `${cpu[0]?.model.trim() ?? 'unknown processor'}, ${cpu.length} cores`,
  `Chromium ${version}`,
  adapter && `WebGPU on ${adapter}`,
  `${new Date().toISOString().slice(0, 10)}`,
  `load ${load.toFixed(1)} before`,
].filter(Boolean);
const table = tableOf(results, peaks, machine);
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
