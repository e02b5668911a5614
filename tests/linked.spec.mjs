// All views speak of the same numbers, and those are the ones that `tilt score` gives for
// the run as it was exported.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { unzip } from './unzip.mjs';

const ROOT = new URL('..', import.meta.url).pathname;
/** The native tests, which come before those of the browser, have built it. */
const TERMINAL = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target', 'release/tilt');
/** f32 sums of some dozens of log-probs, in two builds. */
const NATS = 2e-3;

test('the views agree with each other and with the terminal', async ({ lab, page }) => {
  test.setTimeout(10 * 60_000);
  await lab.open({ device: 'cpu', model: 'nano', seed: 4, lr: 0.001 });
  await lab.labelShorter(8);
  await lab.train({ objective: 'dpo', steps: 12 });
  const folder = mkdtempSync(path.join(tmpdir(), 'tilt-'));
  const save = async (action, names) => {
    const downloads = [];
    page.on('download', (download) => downloads.push(download));
    await action();
    await lab.until('the downloads', () => downloads.length >= names, 60_000);
    for (const download of downloads) {
      await download.saveAs(path.join(folder, download.suggestedFilename()));
    }
    page.removeAllListeners('download');
    return downloads.map((download) => download.suggestedFilename());
  };
  const [zip] = await save(() => lab.id('model-export').click(), 1);
  const files = unzip(readFileSync(path.join(folder, zip)));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes);
  const [rows] = await save(() => lab.id('data-export').click(), 1);

  const config = path.join(folder, 'dpo.json');
  writeFileSync(config, JSON.stringify({ beta: 0.5 }));
  const shipped = path.join(ROOT, 'public/models/nano');
  const score = (policy, reference) => {
    const command = ['score', '--policy', policy, '--reference', reference, '--config', config];
    const data = ['--data', path.join(folder, rows)];
    const out = execFileSync(TERMINAL, [...command, ...data], { cwd: ROOT, maxBuffer: 1 << 26 });
    return JSON.parse(out.toString());
  };
  const { logps, metrics } = score(folder, shipped);

  // The selected pair is the last one labelled.
  const last = logps.policy.chosen.length - 1;
  const ratio = (side) => logps.policy[side][last] - logps.reference[side][last];
  const ratios = await lab.carriedJson('heatmap');
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const { chosen, rejected } = await lab.heatmapSides();
  expect(chosen.length + rejected.length).toBe(ratios.length);
  expect(Math.abs(sum(chosen) - ratio('chosen'))).toBeLessThan(NATS);
  expect(Math.abs(sum(rejected) - ratio('rejected'))).toBeLessThan(NATS);

  // The reference does not move: its curve is the mean over all pairs of what it says.
  const point = await lab.lastLogps();
  expect(point.step).toBe(12);
  expect(Math.abs(point.reference_chosen - metrics['ref_logps/chosen'])).toBeLessThan(NATS);
  expect(Math.abs(point.reference_rejected - metrics['ref_logps/rejected'])).toBeLessThan(NATS);

  // A token's own bar says what the heat map says of it; it is there unless neither model
  // finds the token likely, and then no other bar says so.
  let owned = 0;
  for (let index = 0; index < chosen.length; index += 1) {
    const logRatio = await lab.pointAtToken('chosen', index);
    const isOwn = ({ policy, reference }) => Math.abs(Math.log(policy / reference) - logRatio) < 1e-4;
    const isThere = (await page.locator('.bar-row.own').count()) === 1;
    expect((await lab.nextTokens()).some(isOwn), `token ${index}`).toBe(isThere);
    owned += isThere ? 1 : 0;
  }
  expect(owned).toBeGreaterThan(chosen.length / 2);
  // Another token, other bars.
  await lab.pointAtToken('chosen', 0);
  const first = JSON.stringify(await lab.nextTokens());
  await lab.pointAtToken('rejected', 3);
  expect(JSON.stringify(await lab.nextTokens())).not.toBe(first);
  expect(readFileSync(path.join(folder, 'config.json'), 'utf8')).toContain('gpt2');
});
