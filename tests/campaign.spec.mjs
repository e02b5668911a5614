// A small part of `cargo xtask torture`: one trial of the kinds that are over soon.
import { test } from '@playwright/test';
import { KINDS } from './torture/kinds.mjs';
import { Trial } from './torture/trial.mjs';

const SEED = 1;

for (const name of ['reload', 'storage-fails', 'two-tabs']) {
  test(`${name}: nothing is lost, and nothing happens unexplained`, async () => {
    const trial = new Trial(SEED);
    try {
      await KINDS[name].play(trial);
      trial.nothingUnexplained();
    } finally {
      console.log(`  ${trial.story.join('; ')}`);
      await trial.end();
    }
  });
}
