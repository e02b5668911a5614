// `cargo xtask torture` in the browser: trials of each kind, and a table of what they came to.
//
// What was played is noted under target/torture, with the build it was played on: a campaign
// that is cut off goes on where it stood, and a seed that held is not played twice.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BUILT_FOLDER } from '../static_site.mjs';
import { KINDS } from './kinds.mjs';
import { Trial } from './trial.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const trials = wholeNumber('trials');
const firstSeed = wholeNumber('seed');
for (const kind of values.only) {
  if (!(kind in KINDS)) fail(`there is no kind ${kind}; the kinds are ${Object.keys(KINDS).join(', ')}`);
}

const notes = path.join(BUILT_FOLDER, '../torture');
fs.mkdirSync(notes, { recursive: true });
const build = hashOf(BUILT_FOLDER);
const rows = [];
for (const [name, kind] of Object.entries(KINDS)) {
  if (values.only.length > 0 && !values.only.includes(name)) continue;
  rows.push(await playAll(name, kind));
}
console.log('\nkind             trials   held  failed   seeds that failed');
for (const { name, held, failed } of rows) {
  const count = held + failed.length;
  console.log(
    `${name.padEnd(16)} ${pad(count, 6)} ${pad(held, 6)} ${pad(failed.length, 7)}   ${failed.join(' ')}`,
  );
}
process.exitCode = rows.some(({ failed }) => failed.length > 0) ? 1 : 0;

async function playAll(name, { play, most = Infinity }) {
  const file = path.join(notes, `${build}-${name}.json`);
  const outcomes = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const row = { name, held: 0, failed: [] };
  for (let seed = firstSeed; seed < firstSeed + Math.min(trials, most); seed += 1) {
    if (outcomes[seed] !== true) {
      outcomes[seed] = await playOne(name, play, seed);
      fs.writeFileSync(file, JSON.stringify(outcomes));
    }
    if (outcomes[seed]) row.held += 1;
    else row.failed.push(seed);
  }
  return row;
}

/** Whether everything held. */
async function playOne(name, play, seed) {
  const trial = new Trial(seed);
  const started = Date.now();
  const passed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  try {
    await play(trial);
    trial.nothingUnexplained();
    console.log(`${name} ${seed}: held, ${passed()} (${trial.story.join('; ')})`);
    return true;
  } catch (error) {
    console.log(`${name} ${seed}: FAILED after ${passed()}: ${error.message}`);
    console.log(`  what was done: ${trial.story.join('; ')}`);
    if (trial.complaints.length > 0) console.log(`  heard: ${trial.complaints.join('\n  ')}`);
    return false;
  } finally {
    await trial.end();
  }
}

function hashOf(folder) {
  const hash = crypto.createHash('sha256');
  for (const file of fs.readdirSync(folder).sort()) {
    if (/\.(wasm|js|html)$/.test(file)) hash.update(fs.readFileSync(path.join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

function wholeNumber(name) {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) fail(`--${name} takes a whole number, but got ${values[name]}`);
  return number;
}

function pad(number, width) {
  return String(number).padStart(width);
}

function fail(problem) {
  console.error(problem);
  process.exit(2);
}
