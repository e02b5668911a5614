// The first minute: something moves at once, three steps lead to a blind test, and the
// page shows as much as one asks for.
import { expect, test } from './fixtures.mjs';
import { largestMagnitude, largestShift } from './statistics.mjs';

test('a recorded run is shown as such until the engine is ready, and feeds no live number', async ({
  lab,
}) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await lab.page.route('**/worker_bg.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await lab.open({ device: 'cpu', model: 'nano', seed: 31 }, { ready: false });
  await lab.until('the recording', () => lab.id('recorded').isVisible());
  await expect(lab.id('recorded')).toContainText('recorded');
  expect(await lab.metrics()).toEqual({
    step: NaN,
    loss: NaN,
    accuracy: NaN,
    margin: NaN,
    kl: NaN,
    tokensPerSecond: NaN,
  });
  expect(await lab.lastLogps()).toBeUndefined();
  release();
  await lab.untilReady();
  await expect(lab.id('recorded')).toHaveCount(0);
});

test('the smallest model is there to look at while the chosen one comes', async ({ lab }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await lab.page.route('**/models/small/model.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  await lab.open({ device: 'cpu', model: 'small', seed: 33 }, { ready: false });
  await lab.label('1');
  const early = await lab.heatmap();
  expect(early.length).toBeGreaterThan(0);
  expect(await lab.status()).toBe('loading');
  expect(await lab.id('model-select').inputValue()).toBe('small');
  release();
  await lab.untilReady();
  expect(await lab.id('model-select').inputValue()).toBe('small');
  await lab.labelShorter(2);
  const { loss } = await lab.train({ objective: 'dpo', steps: 2 });
  expect(loss).toBeLessThan(Math.LN2 + 1e-6);
});

test('the first steps: label, train, see what changed, and tell the models apart', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 32 });
  const guide = lab.id('guide');
  await expect(guide).toContainText('0 of 3');
  await lab.labelShorter(3);
  await expect(guide).toContainText('3 of 3');
  await lab.whileBusy('labelling', () => lab.id('guide-judge').click(), 180_000);
  await lab.untilLabelCount(12);
  await lab.type('steps-input', '20');
  await lab.whileBusy('training', () => lab.id('guide-train').click(), 120_000);
  await expect(lab.id('guide-result')).not.toHaveAttribute('aria-disabled', 'true', { timeout: 60_000 });
  await lab.id('guide-result').click();
  await expect(lab.id('result-card')).toBeInViewport();

  let rights = 0;
  for (let total = 1; total <= 3; total += 1) {
    const result = await lab.guessBlind('left');
    expect(result.answers.left).not.toBe(result.answers.right);
    const isRight = result.text.startsWith('Right');
    rights += isRight ? 1 : 0;
    expect(result.right).toBe(rights);
    expect(result.total).toBe(total);
    expect(result.chance).toBeCloseTo(tail(rights, total), 12);
    expect(result.text).toContain(`${rights} of ${total} right`);
    // A second guess at the same two answers does not count.
    await lab.id('blind-right').click({ force: true });
    expect(await lab.id('blind-result').getAttribute('data-n')).toBe(String(total));
  }

  await lab.page.getByRole('button', { name: 'Put the first steps away' }).click();
  await expect(guide).toHaveCount(0);
  await lab.reload();
  await expect(guide).toHaveCount(0);
});

test('heat map and bars go back through training, and follow it again at the end', async ({
  lab,
}) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 33 });
  await lab.labelShorter(4);
  await lab.heatmap();
  expect((await lab.scrubSpan()).disabled).toBe(true);
  await lab.train({ objective: 'dpo', steps: 20 });
  const { first, latest, shown } = await lab.until('the whole run', async () => {
    const span = await lab.scrubSpan();
    return span.latest === 20 && span;
  });
  expect(shown).toBe(latest);
  expect(first).toBeLessThanOrEqual(1);
  const now = await lab.heatmap();
  const shift = largestShift(await lab.nextTokens());

  await lab.scrubTo(first);
  await lab.until('the start', async () => largestMagnitude(await lab.heatmap()) < 1e-4);
  expect(largestShift(await lab.nextTokens())).toBeLessThan(shift);
  await lab.scrubTo(latest);
  expect(await lab.heatmap()).toEqual(now);
});

test('levels show more or less, and are remembered', async ({ lab }) => {
  const { page } = lab;
  await lab.open({ device: 'cpu', model: 'nano', seed: 34, level: 'start' });
  // What a first comparison takes, and nothing else.
  for (const name of ['heatmap', 'chart-logps', 'label-a', 'train-start', 'sample-run', 'winrate-run']) {
    await expect(lab.id(name), name).toBeVisible();
  }
  const more = ['closed-form', 'next-token-bars', 'chart-loss', 'write-open', 'data-import'];
  for (const name of more) {
    await expect(lab.id(name), name).toBeHidden();
  }
  await lab.chooseLevel('standard');
  for (const name of more) {
    await expect(lab.id(name), name).toBeVisible();
  }
  await expect(lab.id('token-table')).toBeHidden();
  await lab.chooseLevel('everything');
  await expect(lab.id('token-table')).toBeVisible();
  await page.goto(lab.site.url);
  await expect(page.locator('html')).toHaveAttribute('data-level', 'everything');
});

test('on a narrow window the columns are tabs that arrow keys move between', async ({ lab }) => {
  const { page } = lab;
  await page.setViewportSize({ width: 390, height: 844 });
  await lab.open({ device: 'cpu', model: 'nano', seed: 35 }, { ready: false });
  const tab = (name) => page.getByRole('tab', { name });
  await expect(tab('Label')).toHaveAttribute('aria-selected', 'true');
  await tab('Label').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Model')).toBeFocused();
  await expect(page.getByRole('tabpanel', { name: 'Model' })).toBeVisible();
  await expect(lab.id('label-a')).toBeHidden();
  await tab('Curves').click();
  await expect(lab.id('chart-logps')).toBeVisible();
});

test('a shared link carries the settings', async ({ lab, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open({ device: 'cpu', model: 'nano', seed: 36, level: 'everything' }, { ready: false });
  await lab.chooseObjective('ipo');
  await lab.type('steps-input', '17');
  await lab.id('share').click();
  await lab.until('the note', () => lab.page.getByText('link').first().isVisible());
  const link = new URL(await lab.page.evaluate(() => navigator.clipboard.readText()));
  expect(Object.fromEntries(link.searchParams)).toMatchObject({
    model: 'nano',
    objective: 'ipo',
    steps: '17',
    seed: '36',
    level: 'everything',
  });
  expect(await lab.carried('share')).toBe(link.href);

  // Parameters of the objective travel too, and win over those remembered here.
  await lab.chooseObjective('cdpo');
  await lab.openDrawer();
  await lab.setParameter('epsilon', '0.2');
  const shared = new URL(await lab.carried('share')).searchParams;
  expect(shared.get('parameters')).toBe('epsilon:0.2');
  await lab.setParameter('epsilon', '0.3');
  await lab.open({ ...Object.fromEntries(shared), device: 'cpu' }, { ready: false });
  await lab.openDrawer();
  expect((await lab.trlConfig()).label_smoothing).toBe(0.2);
});

/** P(X >= right) for X from Binomial(total, 1/2). */
function tail(right, total) {
  let sum = 0;
  for (let k = right; k <= total; k += 1) sum += choose(total, k);
  return sum / 2 ** total;
}

function choose(n, k) {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways;
}
