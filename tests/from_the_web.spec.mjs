// Data sets and models of other hosts: asked for by the person alone, the host named first.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { expect, test } from './fixtures.mjs';
import { asOlderFolder } from './older_folder.mjs';

const VIEWER = 'https://datasets-server.huggingface.co';
const NANO = new URL('../public/models/nano/', import.meta.url).pathname;

// One expression: of a list with two Playwright takes the second for options.
test.use({
  expectedComplaints: [
    /(request to another host: (https:\/\/datasets-server|http:\/\/localhost))|status of 404/,
  ],
});

test('a data set of Hugging Face comes in page by page', async ({ lab, page }) => {
  const asked = [];
  const count = 130;
  await page.route(`${VIEWER}/**`, (route) => {
    const url = new URL(route.request().url());
    asked.push(`${url.pathname}${url.search}`);
    const answer =
      url.pathname === '/splits'
        ? { splits: [{ config: 'default', split: 'test' }, { config: 'default', split: 'train' }] }
        : rows(Number(url.searchParams.get('offset')), Number(url.searchParams.get('length')));
    return route.fulfill({
      headers: { 'access-control-allow-origin': '*' },
      contentType: 'application/json',
      body: JSON.stringify(answer),
    });
  });
  const rows = (offset, length) => ({
    features: [],
    rows: Array.from({ length: Math.min(length, count - offset) }, (_, index) => ({
      row_idx: offset + index,
      row: { prompt: `Question ${offset + index}`, chosen: 'Yes.', rejected: 'No.' },
      truncated_cells: [],
    })),
  });
  await lab.open({ device: 'cpu', model: 'nano', seed: 91 }, { ready: false });
  await lab.id('import-more').locator('summary').click();
  await lab.id('import-address').fill('somebody/pairs');
  await expect(lab.id('import-host')).toContainText('datasets-server.huggingface.co');
  expect(asked).toEqual([]);
  await lab.id('import-fetch').click();
  await lab.untilLabelCount(count);
  expect(asked[0]).toBe('/splits?dataset=somebody%2Fpairs');
  expect(asked.slice(1).every((url) => url.includes('config=default&split=train'))).toBe(true);
  expect(asked).toHaveLength(3);
});

test('a host that fails is named, and nothing comes in', async ({ lab, page }) => {
  await page.route(`${VIEWER}/**`, (route) =>
    route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' }, body: '{}' }),
  );
  await lab.open({ device: 'cpu', model: 'nano', seed: 92 }, { ready: false });
  await lab.id('import-more').locator('summary').click();
  await lab.id('import-address').fill('nobody/nothing');
  await lab.id('import-fetch').click();
  expect(await lab.untilBanner()).toMatch(/datasets-server.*404/s);
  expect(await lab.labelCount()).toBe(0);
});

const SHIPPED = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map(
  (name) => ({ name, bytes: fs.readFileSync(path.join(NANO, name)) }),
);

for (const [folder, files] of [
  ['a model of another host', SHIPPED],
  ['a model of another host, in the files of an older folder,', asOlderFolder(NANO)],
]) {
  test(`${folder} loads, and is there at the next visit`, async ({ lab }) => {
    const asked = [];
    const server = http.createServer((request, response) => {
      const name = path.basename(request.url);
      const file = files.find((candidate) => candidate.name === name);
      asked.push(name);
      response.setHeader('access-control-allow-origin', '*');
      response.statusCode = file ? 200 : 404;
      response.end(file?.bytes);
    });
    await new Promise((resolve) => server.listen(0, resolve));
    const host = `localhost:${server.address().port}`;
    await lab.open({ device: 'cpu', seed: 93 });
    await lab.id('import-more').locator('summary').click();
    await lab.id('model-address').fill(`http://${host}/mine`);
    await expect(lab.id('model-host')).toContainText(host);
    expect(asked).toEqual([]);
    await lab.id('model-fetch').click();
    await lab.until('the model', async () => (await lab.id('model-select').inputValue()) === 'imported', 60_000);
    await lab.untilReady();
    for (const { name } of files) expect(asked).toContain(name);
    const before = asked.length;
    server.close();
    await lab.reload();
    await lab.untilReady();
    expect(await lab.id('model-select').inputValue()).toBe('imported');
    expect(asked).toHaveLength(before);
  });
}
