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

/** axe's violations, a line for each element. */
export async function faults(page) {
  await page.evaluate(AXE_SOURCE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${help}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    );
  });
}
