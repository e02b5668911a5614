// How a page stands: whether something sticks out, and what axe finds.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const AXE_SOURCE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How wide the document is, and what reaches over the window's right edge. */
export function sideways() {
  const scrolls = (element) =>
    element &&
    (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX) ||
      scrolls(element.parentElement));
  const edge = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  if (wide <= edge) return { wide, culprits: [] };
  const culprits = [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > edge + 1)
    .filter((element) => !scrolls(element.parentElement))
    .slice(0, 5)
    .map((element) => element.outerHTML.slice(0, 120));
  return { wide, culprits };
}

/** What reaches out of the card that it stands in, and choices whose name is cut. */
export function spills() {
  const found = [];
  const isScrolled = (element, card) =>
    element !== card &&
    (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(element).overflowX) ||
      isScrolled(element.parentElement, card));
  for (const card of document.querySelectorAll('.panel, .top-bar')) {
    if (!card.checkVisibility()) continue;
    const { left, right } = card.getBoundingClientRect();
    for (const element of card.querySelectorAll('*')) {
      const box = element.getBoundingClientRect();
      // Numbers of an axis may reach into the margin; a popover is on top of all.
      if (box.width === 0 || element.closest('svg, [popover], .visually-hidden')) continue;
      if (box.right <= right + 0.5 && box.left >= left - 0.5) continue;
      if (!isScrolled(element.parentElement, card)) found.push(element.outerHTML.slice(0, 120));
    }
  }
  const pen = document.createElement('canvas').getContext('2d');
  for (const select of document.querySelectorAll('[data-testid="model-select"]')) {
    if (!select.checkVisibility()) continue;
    const { font, paddingLeft, paddingRight } = getComputedStyle(select);
    pen.font = font;
    const name = pen.measureText(select.selectedOptions[0].textContent.trim()).width;
    const arrow = 18;
    const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - arrow;
    if (name > room) found.push(`a model's name of ${Math.ceil(name)} px in ${Math.floor(room)} px`);
  }
  return found;
}

/** axe's violations, a line for each element, and what axe does not look for. */
export async function faults(page) {
  await page.evaluate(AXE_SOURCE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    );
    const without = (selector, is, what) => {
      const strays = [...document.querySelectorAll(selector)].filter((element) => !is(element));
      found.push(...strays.map((element) => `${what}: ${element.outerHTML.slice(0, 160)}`));
    };
    without('progress, meter', (bar) => bar.ariaLabel || bar.getAttribute('aria-labelledby'), 'a bar without a name');
    const hasReason = (field) => {
      const ids = (field.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean);
      return ids.some((id) => document.getElementById(id)?.textContent.trim());
    };
    without('[aria-invalid="true"]', hasReason, 'an invalid field that does not say why');
    return found;
  });
}
