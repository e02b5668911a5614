// A lesson as a teacher writes it in the page: fields are known by the path of what they hold.
import { expect } from '@playwright/test';

export class Writer {
  constructor(lab) {
    this.lab = lab;
    this.page = lab.page;
  }

  /** Opens the form, which takes the Lab as it stands where there is no draft yet. */
  async open() {
    await this.lab.id('lesson-write').click();
    await this.lab.id('lesson-draft').waitFor();
  }

  /** The field of what stands at a path of the lesson. */
  field(path) {
    return this.page.locator(`[data-path="${path}"]`);
  }

  async fill(path, text) {
    await this.#unfold(path);
    await this.field(path).fill(text);
  }

  /** Chooses from a list by what is written into the lesson, or by its kind. */
  async choose(path, value, { isKind = false } = {}) {
    await this.#unfold(path);
    await this.field(path).selectOption(isKind ? value : JSON.stringify(value));
  }

  /** Opens the part of the step in which a path lies. */
  async #unfold(path) {
    const [, name] = path.match(/^steps\[\d+\]\.(\w+)/) ?? [];
    const part = this.page.locator(`details[data-part="${name}"]`);
    if (name && name !== 'text' && !(await part.evaluate((element) => element.open))) {
      await part.locator('> summary').click();
    }
  }

  /** Shows a part of the outline by its name. */
  async go(name) {
    await this.page.locator('.draft-entry', { hasText: name }).first().click();
  }

  /** Adds a step: `text`, `run`, `labels` or `question`. */
  async add(kind) {
    const count = await this.steps().count();
    await this.lab.id(`draft-add-${kind}`).click();
    await expect(this.steps()).toHaveCount(count + 1);
  }

  steps() {
    return this.lab.id('draft-step');
  }

  /** The beginnings of the steps' texts, in their order. */
  async outline() {
    const names = await this.steps().locator('.draft-step-name').allInnerTexts();
    return names.map((name) => name.replace(/^\d+\s*/, '').trim());
  }

  /** The paths of what keeps the draft from being a lesson. */
  async defects() {
    return this.lab.id('draft-defect').evaluateAll((all) => all.map((one) => one.dataset.value));
  }

  async untilSound() {
    await expect(this.lab.id('draft-play')).toBeVisible();
    expect(await this.defects()).toEqual([]);
  }

  /** The link that carries the lesson. */
  async link() {
    await this.untilSound();
    return this.lab.carried('draft-link');
  }

  /** Saves, and gives the file's name and what is in it. */
  async save() {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.lab.id('draft-save').click(),
    ]);
    const stream = await download.createReadStream();
    let text = '';
    for await (const part of stream) text += part;
    return { name: download.suggestedFilename(), text };
  }
}
