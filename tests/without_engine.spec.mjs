// No WebGPU: the CPU does it, and the page says why. No engine: labelling still works.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { walkShortPath } from './short_path.mjs';

test('WebGPU that is asked for and not there is replaced by the CPU, and said so', async ({ lab }) => {
  await lab.open({ device: 'webgpu', model: 'nano', seed: 11 });
  expect(await lab.device()).toBe('cpu');
  await lab.until('the reason', async () => {
    const said = await lab.page.evaluate(() => document.body.innerText);
    return /webgpu[^.]*\b(no|not|without|unavailable|missing|found)\b|\b(no|without)\b[^.]*webgpu/i.test(said);
  });
  await walkShortPath(lab);
});

test.describe('an engine that does not compile', () => {
  test.use({ replaced: { 'worker_bg.wasm': { body: Buffer.from('\0asm, but no module') } } });

  test('labelling still works, and the banner says what happened', async ({ lab }) => {
    await labelsWithoutEngine(lab);
  });
});

test.describe('an engine that the host does not have', () => {
  test.use({
    replaced: { 'worker_bg.wasm': { status: 404, body: 'gone' } },
    // The browser itself reports the 404.
    expectedComplaints: [/Failed to load resource.*404.*worker_bg\.wasm/],
  });

  test('labelling still works, and the banner says what happened', async ({ lab }) => {
    await labelsWithoutEngine(lab);
  });
});

/** What the page and its engine speak, from the source that both are built of. */
const MESSAGES = new URL('../engine/protocol/src/message/mod.rs', import.meta.url);
const [, VERSION] = fs.readFileSync(MESSAGES, 'utf8').match(/PROTOCOL_VERSION: u32 = (\d+);/);

/** An engine that greets the page and breaks at the first command, as a panic does. */
const breakingEngine = (version) => `
  const post = (event) => postMessage({ json: JSON.stringify({ id: null, event }), buffers: [] });
  onmessage = () => post({ failed: { error: { internal: { reason: 'a test' } } } });
  post({ ready: { protocol_version: ${version} } });
`;

test.describe('an engine of another version, from a cache for one', () => {
  test.use({ replaced: { 'engine.js': { body: breakingEngine(Number(VERSION) + 1), times: 1 } } });

  test('is given up for good, and the banner says what happened', async ({ lab }) => {
    await lab.open({ model: 'nano', seed: 15 }, { ready: false });
    expect(await lab.untilBanner(60_000)).toMatch(/protocol/);
    // It ends without being asked to, which is no news of an engine that was given up.
    await lab.page.waitForTimeout(3000);
    expect(await lab.status()).toBe('failed');
    expect(await lab.banner()).toMatch(/protocol/);
    await lab.labelShorter(3);
  });
});

test.describe('an engine that breaks on WebGPU', () => {
  test.use({ replaced: { 'engine.js': { body: breakingEngine(VERSION), times: 1 } } });

  test('starts again on the CPU, and the page says so', async ({ lab }) => {
    await lab.open({ model: 'nano', seed: 13 });
    expect(await lab.device()).toBe('cpu');
    await lab.until('the reason', async () => {
      const said = await lab.page.evaluate(() => document.body.innerText);
      return said.includes('starts again on the CPU');
    });
    await walkShortPath(lab);
  });
});

async function labelsWithoutEngine(lab) {
  await lab.open({ device: 'cpu', model: 'nano', seed: 12 }, { ready: false });
  expect(await lab.untilBanner(60_000)).toMatch(/engine/i);
  expect(await lab.status()).toBe('failed');
  await lab.labelShorter(3);
  await lab.reload();
  await lab.untilLabelCount(3);
}
