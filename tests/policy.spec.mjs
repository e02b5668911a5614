// The page's Content-Security-Policy: nothing that comes from a person, a file or another host
// runs, and if it ever stood in the page as markup the policy would still keep it from running.
import fs from 'node:fs';
import { expect, test } from './fixtures.mjs';
import { Lab } from './lab.mjs';
import { Learner } from './lab_lessons.mjs';
import { inLink, shippedLesson, small } from './lesson_files.mjs';
import { serveSite } from './static_site.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 91 };

/** Markup that would run in each of the ways in which markup runs. */
const markup = (where) =>
  `<img src="data:," onerror="ran('${where}')"><svg onload="ran('${where}')"></svg>` +
  `<script>ran('${where}')</script><a href="javascript:ran('${where}')">${where}</a>`;

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.whatRan = [];
    globalThis.ran = (where) => globalThis.whatRan.push(where);
  });
});

const whatRan = (page) => page.evaluate(() => globalThis.whatRan);

/** Elements of the page that only the markup has. */
const elementsOf = (page) =>
  page.locator('[onerror], [onload], a[href^="javascript:"], body script').count();

async function expectNothingRan(lab) {
  expect(await elementsOf(lab.page)).toBe(0);
  expect(await whatRan(lab.page)).toEqual([]);
}

test('a label and a run name with markup in them are text', async ({ lab, page }) => {
  await lab.open(OPENED);
  await lab.write({ prompt: markup('prompt'), a: markup('a'), b: markup('b') });
  await lab.until('the pair', async () => (await lab.pair()).prompt.includes("ran('prompt')"));
  await lab.label('1');
  await lab.train({ steps: 1 });
  await lab.listedRuns(1);
  await page.locator('[data-testid="run-name"]').fill(markup('name'));
  await page.locator('[data-testid="run-name"]').blur();
  await lab.compare('<img src=x onerror=ran(1)>');
  await expectNothingRan(lab);
});

test('a file of data is text, its name too', async ({ lab, page }) => {
  await lab.open(OPENED);
  const row = { prompt: markup('row'), chosen: markup('chosen'), rejected: 'no' };
  const name = `<img src=x onerror=ran(1)>.jsonl`;
  const text = `${JSON.stringify(row)}\n${markup('broken row')}\n`;
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) };
  await lab.id('data-import').setInputFiles(file);
  await expect(page.getByText(name).first()).toBeVisible({ timeout: 60_000 });
  await expectNothingRan(lab);
});

test('a model is read as data, whatever its files say', async ({ lab }) => {
  await lab.open(OPENED);
  const nano = new URL('../public/models/nano/', import.meta.url).pathname;
  const files = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((name) => {
    let buffer = fs.readFileSync(nano + name);
    if (name === 'config.json') {
      const config = { ...JSON.parse(buffer), _name_or_path: markup('model'), n_head: markup('heads') };
      buffer = Buffer.from(JSON.stringify(config));
    }
    return { name, mimeType: 'application/octet-stream', buffer };
  });
  await lab.chooseFiles('model-import', files);
  await lab.until('what is wrong', async () => (await lab.notices()).includes('n_head'), 60_000);
  await expectNothingRan(lab);
});

test("a lesson's Markdown is text where it is no Markdown", async ({ lab, page }) => {
  const lesson = small(shippedLesson('first-steps'));
  lesson.title = markup('title');
  lesson.steps[0].text = `${markup('lesson')}\n\n[a link](javascript:ran('link'))\n\n${'```formula\ndpo\n```'}`;
  await page.goto(lab.site.url + inLink(lesson));
  await new Learner(lab).begun();
  await expect(lab.id('lesson').locator('h2')).toContainText("ran('title')");
  await expectNothingRan(lab);
});

test.describe('were it ever markup', () => {
  test.use({ expectedComplaints: [/Content Security Policy|request to another host: https:..example.org/] });

  test('the policy would keep it from running', async ({ lab, page }) => {
    await lab.open(OPENED, { ready: false });
    const violations = await page.evaluate(async (text) => {
      const directives = [];
      document.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective));
      document.body.insertAdjacentHTML('beforeend', `<div id="injected" style="color: red">${text}</div>`);
      const script = document.createElement('script');
      script.textContent = "ran('script')";
      document.body.append(script);
      const elsewhere = document.createElement('script');
      elsewhere.src = 'https://example.org/script.js';
      document.body.append(elsewhere);
      document.querySelector('#injected a').click();
      // Out of the reach of the test's own evaluation, which the policy lets through.
      const evaluated = await new Promise((resolve) => {
        setTimeout(() => {
          try {
            new Function("ran('function')")();
            resolve('ran');
          } catch (error) {
            resolve(error.name);
          }
        });
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      document.querySelector('#injected').remove();
      return { evaluated, directives: [...new Set(directives)].sort() };
    }, markup('injected'));
    expect(violations.evaluated).toBe('EvalError');
    expect(violations.directives).toEqual(
      expect.arrayContaining(['script-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']),
    );
    expect(await whatRan(page)).toEqual([]);
  });
});

test('the built page asks for nothing that its own policy forbids', async ({ lab, page }) => {
  await lab.open(OPENED, { ready: false });
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).not.toContain('unsafe-inline');
  expect(policy.replaceAll("'wasm-unsafe-eval'", '')).not.toContain('unsafe-eval');
  expect(await page.locator('script:not([src])').count()).toBe(0);
  expect(await page.locator('style').count()).toBe(0);
});

test.describe('under a policy that closes addresses', () => {
  test.use({ expectedComplaints: [/Content Security Policy|request to another host/] });

  test('the page says that they are closed', async ({ page }) => {
    const stricter = "connect-src 'self'";
    const site = await serveSite({ headers: { 'Content-Security-Policy': stricter } });
    const lab = new Lab(page, site);
    await lab.open({ ...OPENED, level: 'everything' });
    const address = encodeURIComponent('http://localhost:9/lesson.json');
    await page.goto(`${site.url}?lesson=${address}`);
    await lab.id('lesson-door-open').click();
    const closed = "this site's Content-Security-Policy closes the addresses of other hosts";
    await lab.until('the reason', async () => (await lab.notices()).includes(closed), 30_000);
    await lab.open({ ...OPENED, level: 'everything' });
    await lab.id('import-more').locator('summary').click();
    await lab.id('import-address').fill('http://localhost:9/pairs.jsonl');
    await lab.id('import-fetch').click();
    await expect(page.getByText(closed).first()).toBeVisible({ timeout: 30_000 });
    await site.close();
  });
});
