// Which files the engine comes from: one version of all, the build that the browser can run.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { BUILT_FOLDER } from './static_site.mjs';

/** The files of the engine that a page asks for while it starts. */
async function filesOfEngine(lab, parameters) {
  const asked = [];
  lab.page.context().on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    const name = path.basename(pathname);
    if (/^(engine|engines|gpu_calls|worker\w*)\.(js|wasm)$/.test(name)) {
      asked.push({ name, version: searchParams.get('v') });
    }
  });
  await lab.open({ device: 'cpu', model: 'nano', ...parameters });
  return asked;
}

test('all of the engine has the version that the page names', async ({ lab }) => {
  const asked = await filesOfEngine(lab, {});
  const version = await lab.page.locator('meta[name=version]').getAttribute('content');
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  const names = ['engine.js', 'engines.js', 'gpu_calls.js', 'worker.js', 'worker_bg.wasm'];
  expect(asked.map(({ name }) => name).sort()).toEqual(names);
  expect(new Set(asked.map((file) => file.version))).toEqual(new Set([version]));
});

test('a build that is not there is not asked for, and the page says so', async ({ lab }) => {
  const asked = await filesOfEngine(lab, { simd: 'relaxed' });
  expect(asked.map(({ name }) => name)).toContain('worker_bg.wasm');
  expect(await lab.page.locator('.notices').innerText()).toContain('simd=relaxed');
});

test.describe('with both builds', () => {
  const built = (name) => fs.readFileSync(path.join(BUILT_FOLDER, name));
  test.use({
    replaced: async ({}, use) => {
      // The plain one under the other's name: what is looked at is the choice.
      const script = built('worker.js').toString().replaceAll('worker_bg', 'worker_relaxed_bg');
      await use({
        'engines.js': { body: "export const builds = ['plain', 'relaxed'];" },
        'worker_relaxed.js': { body: script },
        'worker_relaxed_bg.wasm': { body: built('worker_bg.wasm') },
      });
    },
  });

  test('the faster one is taken', async ({ lab }) => {
    const asked = await filesOfEngine(lab, {});
    expect(asked.map(({ name }) => name)).toContain('worker_relaxed_bg.wasm');
  });

  test('unless the URL asks for the other', async ({ lab }) => {
    const asked = await filesOfEngine(lab, { simd: 'plain' });
    expect(asked.map(({ name }) => name)).toContain('worker_bg.wasm');
  });

  test('or the browser cannot run it', async ({ lab, site }) => {
    const file = 'engine.js';
    const withoutRelaxed = `WebAssembly.validate = () => false;\n${built(file)}`;
    await lab.page.route(`${site.url}${file}*`, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: withoutRelaxed }),
    );
    const asked = await filesOfEngine(lab, {});
    expect(asked.map(({ name }) => name)).toContain('worker_bg.wasm');
  });
});
