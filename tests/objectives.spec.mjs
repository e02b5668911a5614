// A beginner's first run: the judge labels for politeness, everything else stays as the
// page proposes it, and the win rate says whether the model learned it.
import { expect, test } from './fixtures.mjs';
import { wilsonInterval } from './statistics.mjs';

const WIN_RATE_AFTER = 0.85;

for (const objective of ['dpo', 'ipo', 'kto']) {
  test(`${objective}: 64 labels for politeness make the small model polite`, async ({ lab }) => {
    test.setTimeout(10 * 60_000);
    const started = Date.now();
    const seconds = () => (Date.now() - started) / 1000;
    const marks = [];
    const mark = (what) => marks.push(`${what} ${seconds().toFixed(0)} s`);

    await lab.open({ device: 'cpu', model: 'small', seed: 0 });
    mark('ready');
    await lab.autolabel({ principle: 'polite', count: 64, noise: 0 });
    expect(await lab.labelCount()).toBe(64);
    mark('labelled');

    const before = await lab.winRate();
    mark('measured');
    const interval = wilsonInterval(before.rate, before.decisive);
    expect(interval.low).toBeLessThanOrEqual(0.5);
    expect(interval.high).toBeGreaterThanOrEqual(0.5);

    const last = await lab.train({ objective });
    mark(`trained ${last.step} steps`);
    expect(last.margin).toBeGreaterThan(0);
    const kl = await lab.until('a KL', async () => {
      const { kl: shown } = await lab.metrics();
      return Number.isFinite(shown) && { shown };
    });
    await expect(lab.id('metric-kl')).toBeVisible();

    const after = await lab.winRate();
    mark('measured again');
    expect(after.decisive + after.ties).toBeGreaterThan(0);
    expect(after.decisive >= 200 || after.decisive + after.ties >= 2000).toBe(true);
    expect(after.rate).toBeGreaterThanOrEqual(WIN_RATE_AFTER);
    expect(after.policyRate).toBeGreaterThan(after.referenceRate);

    const summary =
      `${objective}: win rate ${before.rate.toFixed(3)} -> ${after.rate.toFixed(3)} ` +
      `(${after.decisive} decisive, ${after.ties} ties), KL ${kl.shown.toFixed(2)} nats, ` +
      `margin ${last.margin.toFixed(2)}; ${marks.join(', ')}`;
    console.log(summary);
    test.info().annotations.push({ type: 'measured', description: summary });
  });
}
