// The closed form: the exact optimum over a handful of answers, beside reference and policy.
import { expect, test } from './fixtures.mjs';

test('the optimum is the reference tilted by the rewards, whatever beta is', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 21 });
  await lab.labelShorter(2);
  const bars = await lab.closedBars();
  expect(bars.map(({ reward }) => reward)).toEqual([1, -1]);
  expectSharesOfOne(bars);
  expectOptimum(bars, await lab.closedBeta());
  // Before training the policy is the reference.
  for (const { policy, reference } of bars) expect(policy).toBeCloseTo(reference, 4);

  await lab.addCandidate('Good morning to you.');
  await lab.setReward(2, 2);
  const three = await lab.closedBars((now) => now[2]?.reward === 2);
  expectSharesOfOne(three);
  expectOptimum(three, await lab.closedBeta());

  let last;
  for (const beta of [5, 1, 0.3, 0.05]) {
    await lab.setClosedBeta(beta);
    await lab.until('beta', async () => Math.abs((await lab.closedBeta()) - beta) < 1e-6);
    const now = await lab.closedBars();
    expectSharesOfOne(now);
    expectOptimum(now, await lab.closedBeta());
    // The reference knows nothing of beta; the optimum earns more the smaller it is.
    now.forEach((bar, index) => expect(bar.reference).toBe(three[index].reference));
    if (last) expect(expectedReward(now)).toBeGreaterThanOrEqual(expectedReward(last));
    last = now;
  }

  await lab.page.getByRole('button', { name: /^Remove .*Good morning to you/ }).click();
  expectSharesOfOne(await lab.closedBars((now) => now.length === 2));
});

test('the trained policy moves the way of the optimum', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 22 });
  await lab.labelShorter(4);
  const before = await lab.closedBars();
  await lab.train({ objective: 'dpo', steps: 20 });
  const after = await lab.closedBars(
    (now) => Math.abs(logOdds(now, 'policy') - logOdds(now, 'reference')) > 0.01,
  );
  expectSharesOfOne(after);
  expect(after[0].answer).toBe(before[0].answer);
  expect(logOdds(after, 'reference')).toBeCloseTo(logOdds(before, 'reference'), 3);
  // The first is the chosen answer.
  expect(logOdds(after, 'policy')).toBeGreaterThan(logOdds(after, 'reference'));
  expect(logOdds(after, 'optimum')).toBeGreaterThan(logOdds(after, 'reference'));
});

test('a written prompt and its answers are scored', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 23 });
  await lab.labelShorter(1);
  const [{ reference }] = await lab.closedBars();
  await lab.id('closed-prompt').fill('Hello!');
  await lab.id('closed-prompt').blur();
  const bars = await lab.closedBars((now) => now[0].reference !== reference);
  expectSharesOfOne(bars);
  expectOptimum(bars, await lab.closedBeta());
});

function expectSharesOfOne(bars) {
  for (const set of ['reference', 'optimum', 'policy']) {
    const sum = bars.reduce((total, bar) => total + bar[set], 0);
    expect(sum, set).toBeCloseTo(1, 9);
  }
}

/** The optimum computed here from what the page carries. */
function expectOptimum(bars, beta) {
  const logs = bars.map(({ reference, reward }) => Math.log(reference) + reward / beta);
  const largest = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - largest), 0);
  bars.forEach(({ optimum }, index) => {
    expect(optimum).toBeCloseTo(Math.exp(logs[index] - largest) / total, 9);
  });
}

/** How much likelier the first answer is than the second, in nats. */
function logOdds([first, second], set) {
  return Math.log(first[set]) - Math.log(second[set]);
}

function expectedReward(bars) {
  return bars.reduce((sum, { optimum, reward }) => sum + optimum * reward, 0);
}
