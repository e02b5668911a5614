// A lesson as a learner takes it, by what stands in its column.
import { expect } from '@playwright/test';
import { START_LIMIT_MS } from './page.mjs';

export class Learner {
  constructor(lab) {
    this.lab = lab;
    this.page = lab.page;
  }

  /** Opens an address of the page, and waits until the lesson's labels are there. */
  async open(ending, limitMs = START_LIMIT_MS) {
    await this.page.goto(this.lab.site.url + ending);
    await this.lab.watchStatus();
    await this.begun(limitMs);
  }

  async begun(limitMs = START_LIMIT_MS) {
    await this.lab.id('lesson-next').waitFor({ timeout: limitMs });
    await this.lab.untilReady(limitMs);
    await expect(this.lab.id('lesson-labels')).toHaveCount(0, { timeout: limitMs });
  }

  /** The index of the step that is shown. */
  async step() {
    return Number(await this.lab.carried('lesson-step'));
  }

  async next() {
    const step = await this.step();
    await this.lab.id('lesson-next').click();
    await this.lab.until('the next step', async () => (await this.step()) === step + 1);
  }

  has(testid) {
    return this.lab.id(testid).isVisible();
  }

  /** Says something of the kind that is asked for, and locks it. */
  async predict() {
    const field = this.lab.id('lesson-predict');
    if (!(await field.isVisible())) return;
    const radio = field.locator('input[type="radio"]').first();
    const text = field.locator('input[type="text"]');
    const range = field.locator('input[type="range"]');
    if (await radio.count()) await radio.check();
    if (await text.count()) await text.fill('2.5');
    if (await range.count()) await range.press('ArrowRight');
    await this.lab.id('lesson-lock').click();
    await this.lab.until('the lock', async () => !(await this.has('lesson-lock')));
  }

  /** Does whatever the step asks for, as a learner without ideas of their own would. */
  async act() {
    const acts = this.lab.id('lesson-act');
    const count = await acts.count();
    for (let index = 0; index < count; index += 1) {
      const act = acts.nth(index);
      await expect(act).toHaveAttribute('data-value', 'now', { timeout: 30_000 });
      const text = await act.innerText();
      const help = act.locator('[data-testid="lesson-help"]');
      if (await help.count()) await help.click();
      if (text.startsWith('Train')) {
        await this.choosing(() =>
          this.lab.whileBusy('training', () => this.lab.id('train-start').click(), 120_000),
        );
      } else if (text.includes('by hand') || text.startsWith('Label')) {
        for (let given = 0; given < 3; given += 1) await this.lab.label(given % 2 ? '2' : '1');
      } else if (text.startsWith('Compare')) {
        const prompts = Number(text.match(/(\d+) prompts?/)?.[1] ?? 1);
        for (let asked = 0; asked < prompts; asked += 1) {
          await this.lab.compare(`What do you eat, ${asked}?`);
        }
      }
      await expect(act).toHaveAttribute('data-value', 'done', { timeout: 120_000 });
    }
  }

  /** Prefers the first of two fresh answers whenever the run asks, while something else goes on. */
  async choosing(meanwhile) {
    let isOver = false;
    const first = this.lab.id('fresh-pair-a');
    const chooses = (async () => {
      while (!isOver) {
        // It may be gone by the time of the press.
        if (await first.isVisible()) await first.click({ timeout: 2000 }).catch(() => {});
        else await this.page.waitForTimeout(100);
      }
    })();
    await meanwhile().finally(() => (isOver = true));
    await chooses;
  }

  /** Writes and chooses where the step asks for it, and looks the answers up. */
  async answer() {
    if (await this.has('lesson-explain')) {
      await this.lab.id('lesson-explain').fill('Because it is so.');
      await this.lab.id('lesson-compare').click();
      await this.lab.id('lesson-model').locator('input[type="checkbox"]').first().check();
    }
    if (await this.has('lesson-quiz')) {
      const option = this.lab.id('lesson-quiz').locator('input[type="radio"]').first();
      if (await option.count()) await option.check();
      else await this.lab.id('lesson-answer').fill('I would say so.');
      await this.lab.id('lesson-see-answer').click();
      await this.lab.id('lesson-worked').waitFor();
    }
  }
}
