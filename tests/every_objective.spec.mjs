// Every objective that the page offers shows its formula and trains a model.
import { expect, test } from './fixtures.mjs';
import { largestMagnitude } from './statistics.mjs';

/** Objectives that compare no pair have no accuracy and no margin. */
const WITHOUT_REWARDS = ['sft', 'dft', 'rloo', 'grpo', 'ppo'];

test('every objective trains', async ({ lab, page }) => {
  test.setTimeout(10 * 60_000);
  await lab.open({ model: 'nano', device: 'cpu', lr: 0.001 });
  await lab.autolabel({ principle: 'polite', count: 12 });
  const slugs = await lab
    .id('objective-select')
    .evaluate((select) => [...select.options].map((option) => option.value));
  expect(slugs).toEqual(
    expect.arrayContaining(['dpo', 'ipo', 'kto', 'orpo', 'simpo', 'cpo', 'sft', 'cdpo', 'hinge', 'robust']),
  );
  const formulas = new Set();
  for (const slug of slugs) {
    const last = await lab.train({ objective: slug, steps: 3 });
    expect(last.step, slug).toBe(3);
    expect(Number.isFinite(last.loss), slug).toBe(true);
    expect(Number.isFinite(last.margin), slug).toBe(!WITHOUT_REWARDS.includes(slug));
    expect(largestMagnitude(await lab.heatmap()), slug).toBeGreaterThan(1e-3);
    formulas.add(await page.locator('.formula-panel math').first().innerHTML());
    const config = await lab.trlConfig();
    expect(config.max_steps, slug).toBe(3);
  }
  console.log(`${slugs.length} objectives, ${formulas.size} formulas`);
  // A run replaces the last one, and each objective has a formula of its own but for the
  // two that differ from DPO in what the log-probs are sums of, and for online DPO, whose
  // pairs are other ones.
  expect(formulas.size).toBeGreaterThanOrEqual(slugs.length - 3);
});
