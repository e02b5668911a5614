// What every test gets: the served page, a lab to act in, and a guard that fails the
// test on anything the browser complains about.
import { test as base, expect } from '@playwright/test';
import { Lab } from './lab.mjs';
import { isOfPlaywright } from './playwright.config.mjs';
import { serveSite } from './static_site.mjs';

export { expect };

export const test = base.extend({
  /** The path on the host under which the page lies. */
  prefix: ['/', { option: true }],
  /** Files that the host answers otherwise: path to `{ status, body }`. */
  replaced: [{}, { option: true }],
  /** Console lines that the test brings about on purpose: regular expressions. */
  expectedComplaints: [[], { option: true }],

  site: async ({ prefix, replaced }, use) => {
    const site = await serveSite({ prefix, replaced });
    await use(site);
    await site.close();
  },

  /** Page errors, console warnings and errors, and requests to other hosts. */
  complaints: [
    async ({ context, site, expectedComplaints }, use) => {
      const complaints = [];
      const note = (text) => {
        if (isOfPlaywright(text)) return;
        if (!expectedComplaints.some((expected) => expected.test(text))) complaints.push(text);
      };
      context.on('console', (message) => {
        if (['error', 'warning', 'assert'].includes(message.type())) {
          note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      context.on('weberror', (error) => note(`page error: ${error.error().stack}`));
      context.on('request', (request) => {
        const url = new URL(request.url());
        const isOwn = url.origin === site.origin || ['data:', 'blob:'].includes(url.protocol);
        if (!isOwn) note(`request to another host: ${request.url()}`);
      });
      await use(complaints);
      expect(complaints, 'what the browser complained about').toEqual([]);
    },
    { auto: true },
  ],

  lab: async ({ page, site }, use) => {
    await use(new Lab(page, site));
  },
});
