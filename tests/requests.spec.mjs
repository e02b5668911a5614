// What the page asks of the engine: each request keeps its ticket to its last answer, and
// an answer counts for what it was asked for.
import { expect, test } from './fixtures.mjs';
import { NOTE_COMMANDS, engineAfter, engineOf } from './engine_script.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 53 };

test.describe('with an engine that can be listened to', () => {
  test.use(engineAfter(NOTE_COMMANDS));

  test('a device lost late in a run, after hundreds of requests, is followed by another', async ({
    lab,
    page,
  }) => {
    test.setTimeout(5 * 60_000);
    const steps = 240;
    await lab.open(OPENED);
    await lab.autolabel({ principle: 'short', count: 8 });
    const { loss } = await lab.train({ objective: 'dpo', steps });
    await lab.id('train-reset').click();
    await lab.until('the reset', async () => Number.isNaN((await lab.metrics()).step));
    await lab.id('train-step').click();
    await lab.until('a first step', async () => (await lab.metrics()).step === 1);

    // Asked for in one go, as somebody does who holds the key down.
    await page.evaluate(() => {
      const button = document.querySelector('[data-testid="train-step"]');
      for (let press = 0; press < 220; press += 1) button.click();
    });
    await lab.until('a pause', async () => (await lab.status()) === 'paused', 60_000);
    const engine = await engineOf(page);
    const asked = await engine.evaluate(() => self.commandsSeen);
    expect(Object.values(asked).flat().length).toBeGreaterThan(220);
    // As the engine says it while a step of the run is under way.
    await engine.evaluate(() => {
      const error = { device: { device: 'WebGPU', reason: 'the device was lost' } };
      const event = { failed: { error } };
      postMessage({ json: JSON.stringify({ id: self.commandsSeen.train.at(-1), event }), buffers: [] });
    });
    await lab.until('the news', async () => (await lab.notices()).includes('started again'), 30_000);
    await lab.until('the run', async () => (await lab.notices()).includes('is back at step'), 60_000);
    await lab.id('train-start').click();
    await lab.until('the end', async () => (await lab.metrics()).step === steps, 120_000);
    expect((await lab.metrics()).loss).toBe(loss);
  });
});

test.describe('a run that gives way to another', () => {
  test.use(
    engineAfter(`
      // Whatever the page asked for last, to be asked for again.
      self.kept = {};
      self.addEventListener('message', ({ data }) => {
        if (!data?.json) return;
        const { command } = JSON.parse(data.json);
        if (command?.train || command?.restore_run) {
          self.kept[Object.keys(command)[0]] = structuredClone({ json: data.json, buffers: data.buffers });
        }
      });
      self.askAgain = (name) => {
        const { json, buffers } = structuredClone(self.kept[name]);
        const asked = JSON.parse(json);
        asked.id += 100000;
        asked.command[name].run += 100000;
        const message = { json: JSON.stringify(asked), buffers };
        self.dispatchEvent(new MessageEvent('message', { data: message }));
      };`),
  );

  for (const [command, by] of [
    ['train', 'a new run'],
    ['restore_run', 'a run that came back'],
  ]) {
    test(`says that ${by} took its place, in the list too and after a reload`, async ({ lab, page }) => {
      await lab.open(OPENED);
      await lab.autolabel({ principle: 'short', count: 8 });
      await lab.type('steps-input', '2000');
      await lab.id('train-start').click();
      await lab.until('steps', async () => (await lab.metrics()).step >= 5, 60_000);
      if (command === 'restore_run') {
        await lab.id('train-pause').click();
        await lab.until('a pause', async () => (await lab.status()) === 'paused');
        await lab.reload();
        await lab.until('the run', async () => (await lab.notices()).includes('is back at'), 60_000);
        await lab.id('train-start').click();
        await lab.until('training', async () => (await lab.status()) === 'training');
      }
      await expect(lab.id('run-replaced')).toHaveCount(0);
      await (await engineOf(page)).evaluate((name) => self.askAgain(name), command);
      await lab.until('the news', async () => (await lab.notices()).includes(`${by} took its place`));
      await expect(lab.id('run-replaced')).toHaveText(
        new RegExp(`^ended after step \\d+: ${by} took its place$`),
      );
      await lab.reload();
      await lab.listedRuns(1);
      await expect(lab.id('run-replaced')).toContainText(by);
    });
  }
});

test('erasing and labelling again at once: the new request stands, the old one adds nothing', async ({
  lab,
  page,
}) => {
  await lab.open(OPENED);
  await lab.id('autolabel-open').click();
  await lab.id('autolabel-principle').selectOption('polite');
  await lab.id('autolabel-count').fill('400');
  await lab.id('erase-all').click();
  await lab.id('autolabel-run').click();
  await lab.until('some labels', async () => (await lab.labelCount()) > 0, 60_000);
  // As soon as the page lets one: the engine is still at the old request.
  await page.evaluate(async () => {
    const find = (name) => document.querySelector(`[data-testid="${name}"]`);
    find('erase-confirm').click();
    const count = find('autolabel-count');
    count.value = '6';
    count.dispatchEvent(new Event('input', { bubbles: true }));
    count.dispatchEvent(new Event('change', { bubbles: true }));
    while (find('autolabel-run').getAttribute('aria-disabled') === 'true') {
      await new Promise((resolve) => setTimeout(resolve));
    }
    find('autolabel-run').click();
  });
  await lab.untilLabelCount(6);
  await lab.untilReady();
  expect(await lab.labelCount()).toBe(6);
  await expect(lab.page.locator('[data-testid="autolabel-run"]')).not.toHaveAttribute('aria-disabled', 'true');
  expect(await lab.banner()).toBe('');
});

test('a message that cannot be posted is said, and the work goes on', async ({ lab, page }) => {
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (data, ...rest) {
      const isRefused = window.refused && data?.json?.includes(window.refused);
      if (isRefused) throw new DOMException('it could not be cloned', 'DataCloneError');
      return post.call(this, data, ...rest);
    };
  });
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  const refuse = (command) => page.evaluate((refused) => (window.refused = refused), command);

  await refuse('"train"');
  await lab.id('train-start').click();
  expect(await lab.untilBanner()).toContain('could not be cloned');
  expect(await lab.runs()).toHaveLength(0);
  // A checkpoint that was refused does not keep later ones away.
  await refuse('"save_run"');
  await lab.type('steps-input', '200');
  await lab.id('train-start').click();
  await lab.until('steps', async () => (await lab.metrics()).step >= 3, 60_000);
  await refuse('"pause"');
  await lab.id('train-pause').click();
  await lab.until('the news', async () => (await lab.banner()).includes('did not do what was asked'));
  await refuse('');
  await lab.id('train-pause').click();
  await lab.until('a pause', async () => (await lab.status()) === 'paused');
  const { step } = await lab.metrics();
  await lab.reload();
  await lab.until('the run', async () => (await lab.notices()).includes('is back at'), 60_000);
  expect((await lab.metrics()).step).toBe(step);
});
