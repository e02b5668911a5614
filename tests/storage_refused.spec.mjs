// Browsers that refuse one of their storages, or have none: the page works, and says what it
// does not keep.
import { expect, test } from './fixtures.mjs';
import { MISSING, REFUSED } from './storage_stubs.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 71 };

/** What is refused, and what the page says of it; nothing where nothing is lost. */
const SAID = {
  indexedDB: /Nothing can be stored/,
  localStorage: /settings last only until/,
  sessionStorage: /waits before it goes on/,
  locks: /the same run/,
  BroadcastChannel: /what others did/,
  storage: undefined,
  clipboard: undefined,
  crypto: undefined,
};

for (const [how, script] of Object.entries({ refused: REFUSED, missing: MISSING })) {
  for (const [name, said] of Object.entries(SAID)) {
    test(`with ${name} ${how} the page is there, and says what is not kept`, async ({ lab, page }) => {
      await page.addInitScript(script, [name]);
      await lab.open(OPENED, { ready: false });
      await lab.label('1');
      await lab.label('2');
      await page.getByTestId('beta-input').fill('0.4');
      await page.getByTestId('beta-input').blur();
      if (said) {
        await lab.until('the news', async () => said.test(await lab.notices()));
      } else {
        expect(await lab.notices()).toBe('');
      }
      await lab.reload();
      await lab.untilLabelCount(name === 'indexedDB' ? 0 : 2);
    });
  }
}

test('with all of them refused labels are judged and a run trains', async ({ lab, page }) => {
  await page.addInitScript(REFUSED, Object.keys(SAID));
  await lab.open(OPENED, { ready: false });
  await lab.untilReady();
  await lab.label('1');
  await lab.autolabel({ principle: 'short', count: 6 });
  const { step } = await lab.train({ objective: 'dpo', steps: 8 });
  expect(step).toBe(8);
  await lab.listedRuns(1);
  await lab.id('erase-all').click();
  await lab.id('erase-confirm').click();
  await lab.untilLabelCount(0);
  expect(await lab.runs()).toHaveLength(0);
});
