// The whole path in little: label, train a few steps, see the policy move, compare.
import { expect } from './fixtures.mjs';
import { largestMagnitude, largestShift } from './statistics.mjs';

const STEPS = 3;

/** Walks it by hand with answers that the page ships; the lab is open and ready. */
export async function walkShortPath(lab) {
  await lab.labelShorter(4);
  expect(largestMagnitude(await lab.heatmap())).toBeLessThan(1e-4);

  const last = await lab.train({ objective: 'dpo', steps: STEPS });
  expect(last.step).toBe(STEPS);
  expect(Number.isFinite(last.loss)).toBe(true);

  await lab.until('the heat map to move', async () => largestMagnitude(await lab.heatmap()) > 1e-3);
  await lab.until('the bars to move', async () => largestShift(await lab.nextTokens()) > 1e-5);
  const samples = await lab.compare('Hello!');
  expect(samples.policy).not.toBe('');
  expect(samples.reference).not.toBe('');
}
