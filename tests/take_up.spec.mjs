// An earlier run's policy is the Lab's again: looked at, sampled, and gone on with.
import { expect, test } from './fixtures.mjs';

const OPENED = { device: 'cpu', model: 'nano', seed: 3 };

/** Trains six steps at this beta; what came of it, and a look at a pair. */
async function run(lab, beta) {
  await lab.type('beta-input', beta);
  await lab.train({ steps: 6 });
  return { loss: (await lab.metrics()).loss, heatmap: await lab.heatmap() };
}

test('an earlier run is taken up again, is back after a reload, and goes on', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  const first = await run(lab, '0.5');
  const second = await run(lab, '0.05');
  expect(second.loss).not.toBe(first.loss);
  const [later, earlier] = await lab.runs();
  let row = lab.run(earlier.id);
  // The policy of the later one is the Lab's already.
  await expect(lab.run(later.id).getByTestId('run-take-up')).toHaveAttribute('aria-disabled', 'true');

  await row.getByTestId('run-take-up').click();
  await lab.until('the earlier run', async () => (await lab.metrics()).loss === first.loss);
  await lab.until('its policy', async () => {
    return JSON.stringify(await lab.heatmap()) === JSON.stringify(first.heatmap);
  });
  expect(await lab.runs()).toHaveLength(2);

  await lab.reload();
  await lab.until('the earlier run', async () => (await lab.metrics()).loss === first.loss, 30_000);
  // The numbers are there before the policy is, which comes with a KL of its own.
  await lab.untilReady();

  // Six more, as the form says. The numbers of runs are those of a visit.
  row = lab.run((await lab.listedRuns(2))[1].id);
  await lab.type('steps-input', '6');
  await lab.whileBusy('training', () => row.getByTestId('run-go-on').click());
  await lab.until('the last of its steps', async () => (await lab.metrics()).step === 12);
  await expect(row.getByTestId('run-changes')).toContainText('steps 6 → 12');
  expect(await lab.runs()).toHaveLength(2);
});

test('a run that was stopped goes on to its own end', async ({ lab }) => {
  await lab.open(OPENED);
  await lab.autolabel({ principle: 'short', count: 8 });
  await lab.type('steps-input', '60');
  await lab.id('train-speed').selectOption('10');
  await lab.id('train-start').click();
  await lab.until('a step', async () => (await lab.metrics()).step >= 2, 60_000);
  await lab.id('train-stop').click();
  await lab.untilReady();
  await lab.id('train-speed').selectOption('full');
  const [{ id }] = await lab.runs();
  await lab.whileBusy('training', () => lab.run(id).getByTestId('run-go-on').click(), 60_000);
  expect((await lab.metrics()).step).toBe(60);
  expect(await lab.runs()).toHaveLength(1);
});
