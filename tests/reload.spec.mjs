// Nothing is lost: a label that was counted is there after a reload.
import { test } from './fixtures.mjs';

test('a reload in the middle of labelling loses no label', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 6 }, { ready: false });
  for (const key of ['1', '2', '1', '3', '2']) await lab.label(key);
  await lab.reload();
  await lab.untilLabelCount(5);

  await lab.label('1');
  await lab.reload();
  await lab.untilLabelCount(6);
  await lab.undo();
  await lab.reload();
  await lab.untilLabelCount(5);
});
