// The kinds of harm, each as a trial: what is going on, what happens to it, what must hold.
import { filesAfter } from '../engine_script.mjs';
import {
  KEEP_DEVICE,
  KEEP_MEMORY,
  crashGpu,
  destroyDevice,
  killEngine,
  wasmBytes,
} from '../harm.mjs';
import { FAILING_STORAGE } from './failing_storage.mjs';
import { stored } from './stored.mjs';

/** Harm to a run on the CPU: it goes on, and comes to the same numbers to the last bit. */
function duringRun(harm) {
  return async (trial) => {
    const { random } = trial;
    await trial.begin();
    await trial.label(random.between(0, 4));
    await trial.judge(random.between(6, 16));
    const steps = random.between(40, 160);
    const wanted = await trial.wholeRun(steps);
    const labels = await trial.labelsNow();
    await trial.beginRun(steps);
    const times = random.between(1, 2);
    for (let time = 0; time < times; time += 1) {
      const { step } = await trial.lab.metrics();
      const next = random.between((step || 0) + 1, steps - 1);
      if (next >= steps - 1) break;
      await trial.untilStep(next);
      await trial.lab.page.waitForTimeout(random.between(0, 200));
      trial.tell(`harm at step ${next}`);
      await harm(trial);
      await trial.goOn(steps);
    }
    trial.same(await trial.outcome(steps), wanted);
    await trial.labelsAreThere(labels);
  };
}

async function reload({ lab }) {
  await lab.reload();
}

async function closeTab(trial) {
  const closed = trial.lab;
  trial.lab = await trial.newTab();
  await closed.page.close();
  await trial.lab.open(trial.opened, { ready: false });
}

async function killWorker({ lab }) {
  await killEngine(lab.page);
  await lab.until('the news', async () => /again/.test(await lab.notices()), 60_000);
}

/** Harm while labels come about, by hand, by the judge, or from a file. */
async function duringLabels(trial) {
  const { random } = trial;
  await trial.begin();
  for (let round = 0; round < 3; round += 1) {
    await trial.label(random.between(1, 3));
    const before = await trial.labelsNow();
    const { lab } = trial;
    const act = random.choose(['judge', 'import', 'undo and redo', 'export']);
    trial.tell(act);
    if (act === 'judge') {
      if (!(await lab.id('autolabel-principle').isVisible())) await lab.id('autolabel-open').click();
      await lab.id('autolabel-principle').selectOption('short');
      await lab.id('autolabel-count').fill('24');
      await lab.id('autolabel-run').click();
    } else if (act === 'import') {
      await lab.chooseFiles('data-import', [pairsFile(random.between(5, 200), trial.seed + round)]);
    } else if (act === 'undo and redo') {
      await lab.undo();
      await lab.redo();
    } else {
      await lab.id('lab-export').click();
    }
    await lab.page.waitForTimeout(random.between(0, 1500));
    trial.tell('harm');
    await random.choose([reload, closeTab])(trial);
    await trial.lab.untilReady();
    await trial.labelsAreThere(before);
  }
}

function pairsFile(rows, salt) {
  const lines = Array.from({ length: rows }, (_, row) =>
    JSON.stringify({ prompt: `What is ${row}?`, chosen: `It is ${row} ${salt}.`, rejected: 'No.' }),
  );
  return {
    name: `pairs-${salt}.jsonl`,
    mimeType: 'application/jsonl',
    buffer: Buffer.from(lines.join('\n')),
  };
}

/** No room for a while: nothing on the screen is lost, and all of it is stored once there is. */
async function storageFull(trial) {
  const { random } = trial;
  await trial.begin();
  const { lab } = trial;
  await trial.label(random.between(1, 3));
  const devtools = await trial.context.newCDPSession(lab.page);
  const { origin } = new URL(trial.site.url);
  trial.tell('no room');
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await trial.label(random.between(1, 5));
  if (random.unit() < 0.5) await lab.undo();
  trial.tell('room again');
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  await trial.label(random.between(1, 3));
  const before = await trial.storedLabels();
  await lab.reload();
  await trial.labelsAreThere(before);
}

/** Calls to the storage fail at random for a while, then no more. */
async function storageFails(trial) {
  const { random } = trial;
  await trial.begin({ script: `(${FAILING_STORAGE})(${trial.seed})` });
  const { lab } = trial;
  await trial.label(random.between(1, 3));
  await trial.judge(random.between(6, 12));
  const steps = random.between(40, 120);
  const wanted = await trial.wholeRun(steps);
  const share = random.choose([0.1, 0.3, 0.7]);
  trial.tell(`${share} of the calls fail`);
  await lab.page.evaluate((share) => (globalThis.storageFails = share), share);
  await trial.beginRun(steps);
  await trial.label(random.between(1, 4));
  await trial.untilStep(random.between(1, steps - 1));
  await lab.page.evaluate(() => (globalThis.storageFails = 0));
  trial.tell('they work again');
  trial.same(bare(await trial.outcome(steps)), bare(wanted));
  await trial.label(1);
  const before = await trial.storedLabels();
  await lab.reload();
  await lab.untilReady();
  await trial.labelsAreThere(before);
}

/** Two tabs of one person, each at something. */
async function twoTabs(trial) {
  const { random } = trial;
  await trial.begin();
  const first = trial.lab;
  const second = await trial.newTab();
  await second.open(trial.opened);
  let count = 0;
  for (let act = 0; act < 12; act += 1) {
    const tab = random.choose([first, second]);
    await tab.page.bringToFront();
    const what = count > 0 ? random.choose(['label', 'label', 'undo', 'reload']) : 'label';
    trial.tell(`${tab === first ? 'first' : 'second'} tab: ${what}`);
    if (what === 'label') {
      await tab.label(random.choose(['1', '2']));
      count += 1;
    } else if (what === 'undo') {
      const before = await tab.labelCount();
      await tab.page.keyboard.press('u');
      await tab.page.waitForTimeout(300);
      const after = await tab.labelCount();
      trial.check(after === before || after === before - 1, `undo took ${before - after} labels`);
      count -= before - after;
    } else {
      await tab.reload();
    }
    await first.untilLabelCount(count);
    await second.untilLabelCount(count);
  }
  const before = await trial.labelsNow();
  trial.check(Object.keys(before).length === count, 'the storage holds what the tabs show');
  for (const tab of [first, second]) {
    await tab.reload();
    await tab.untilLabelCount(count);
  }
}

/** Without the heat map, which shows the latest label: another one, where some came since. */
const bare = ({ heat, ...numbers }) => numbers;

/** One tab trains while the other does whatever comes to mind: neither harms the other. */
async function twoTabsAndRun(trial) {
  const { random } = trial;
  await trial.begin();
  const trains = trial.lab;
  await trial.judge(random.between(6, 12));
  const steps = random.between(120, 260);
  const wanted = await trial.wholeRun(steps);
  const other = await trial.newTab();
  await other.open(trial.opened, { ready: false });
  await trains.page.bringToFront();
  await trial.beginRun(steps);
  await other.until('both runs', async () => (await other.runs()).length === 2);
  const [{ id }] = await other.runs();
  const wish = { isPinned: false, beta: undefined };
  let count = await other.labelCount();
  for (let act = 0; act < 8; act += 1) {
    const what = random.choose(['label', 'undo', 'pin', 'beta', 'import', 'export', 'reload']);
    trial.tell(`the other tab: ${what}`);
    if (what === 'label') {
      await other.label(random.choose(['1', '2']));
      count += 1;
    } else if (what === 'undo') {
      const before = await other.labelCount();
      await other.page.keyboard.press('u');
      await other.page.keyboard.press('r');
      await other.untilLabelCount(before);
    } else if (what === 'pin') {
      const [run] = await other.runs();
      await other.run(run.id).getByTestId('run-pin').click();
      wish.isPinned = !wish.isPinned;
    } else if (what === 'beta') {
      wish.beta = String(random.between(1, 9) / 10);
      await other.type('beta-input', wish.beta);
    } else if (what === 'import') {
      const rows = random.between(3, 40);
      await other.chooseFiles('data-import', [pairsFile(rows, trial.seed * 100 + act)]);
      count += rows;
    } else if (what === 'export') {
      await other.id('lab-export').click();
    } else {
      await other.reload();
      await other.until('both runs', async () => (await other.runs()).length === 2);
    }
    await other.untilLabelCount(count);
    await trains.untilLabelCount(count);
  }
  trial.same(bare(await trial.outcome(steps)), bare(wanted));
  for (const tab of [trains, other]) {
    const known = await tab.until('the pin', async () => {
      const [run] = await tab.runs();
      return run?.isPinned === wish.isPinned && (await tab.runs());
    });
    trial.check(known.length === 2, `a tab shows ${known.length} runs after run ${id}`);
  }
  if (wish.beta) {
    const third = await trial.newTab();
    await third.open({}, { ready: false });
    const beta = await third.id('beta-input').inputValue();
    trial.check(beta === wish.beta, `beta was set to ${wish.beta} and is remembered as ${beta}`);
  }
  await trial.labelsAreThere(await trial.labelsNow());
}

/** Everything is erased in one of two tabs at some moment of what the other one does. */
async function erased(trial) {
  const { random } = trial;
  await trial.begin();
  const { lab } = trial;
  await trial.judge(random.between(6, 12));
  const other = await trial.newTab();
  await other.open(trial.opened, { ready: false });
  const eraser = random.choose([lab, other]);
  await eraser.id('erase-all').click();
  const act = random.choose(['train', 'judge', 'label']);
  trial.tell(act);
  if (act === 'train') {
    await trial.beginRun(2000);
    await trial.untilStep(random.between(1, 30));
  } else if (act === 'judge') {
    await lab.id('autolabel-count').fill('64');
    await lab.id('autolabel-run').click();
  } else {
    await trial.label(2);
  }
  await lab.page.waitForTimeout(random.between(0, 800));
  trial.tell(`erased in the ${eraser === lab ? 'same' : 'other'} tab`);
  await eraser.id('erase-confirm').click();
  for (const tab of [lab, other]) {
    await tab.untilLabelCount(0);
    await tab.until('no runs', async () => (await tab.runs()).length === 0);
  }
  await lab.page.waitForTimeout(1000);
  const { records } = await stored(lab.page);
  const left = Object.entries(records).filter(([, count]) => count > 0);
  trial.check(left.length === 0, `the storage holds ${JSON.stringify(left)}`);
  await trial.label(1);
  for (const tab of [lab, other]) {
    await tab.reload();
    await tab.untilReady();
    await tab.untilLabelCount(1);
    trial.check((await tab.runs()).length === 0, 'a run is listed again');
    trial.check(Number.isNaN((await tab.metrics()).step), 'a run came back');
  }
}

/** The database is deleted under the page: what the page knows is stored again. */
async function databaseDeleted(trial) {
  const { random } = trial;
  await trial.begin();
  const { lab } = trial;
  await trial.judge(random.between(6, 12));
  const steps = random.between(60, 160);
  const wanted = await trial.wholeRun(steps);
  await trial.beginRun(steps);
  await trial.untilStep(random.between(1, steps - 10));
  await trial.label(random.between(1, 3));
  const before = await trial.labelsNow();
  trial.tell('deleted');
  await lab.page.evaluate(() => indexedDB.deleteDatabase('tilt'));
  await trial.label(random.between(0, 2));
  await trial.labelsAreThere(before);
  if (random.unit() < 0.5) {
    await lab.until('the checkpoint', async () => (await stored(lab.page)).records.checkpoints > 0);
    await reload(trial);
    await trial.goOn(steps);
  }
  trial.same(bare(await trial.outcome(steps)), bare(wanted));
  await reload(trial);
  await trial.labelsAreThere(before);
}

/** A GPU that is lost in mid-run: another device takes over, and the run comes to its end. */
function losingGpu(lose) {
  return async (trial) => {
    const { random } = trial;
    trial.expected.push(/[Dd]evice|GPU|lost|destroyed/);
    await trial.begin({ device: 'webgpu', replaced: filesAfter(KEEP_DEVICE) });
    const { lab } = trial;
    await lab.labelShorter(4);
    const labels = await trial.labelsNow();
    const steps = random.between(12, 24);
    await trial.beginRun(steps);
    await trial.untilStep(random.between(1, steps - 4));
    trial.tell('the GPU is lost');
    await lose(lab.page);
    await lab.until('the news', async () => /again/.test(await lab.notices()), 120_000);
    await trial.untilStep(steps, 600_000);
    trial.check((await lab.device()) === 'webgpu', 'the device is WebGPU again');
    trial.check((await lab.metrics()).loss < Math.LN2, 'the run has learnt something');
    await trial.labelsAreThere(labels);
  };
}

/**
 * Many steps with everything open: what the page and the engine hold does not grow. The page
 * keeps what was seen of 200 steps, of more and more distant ones, and the run's curve, whose
 * lists double now and then; wasm memory never shrinks. So nothing is said of the page before
 * step 1,500: from 1,250 to there it took a last 5% (14.4 to 15.1 MB), and none after it.
 */
async function soak(trial) {
  const steps = 2000;
  const full = 1500;
  await trial.begin({ replaced: filesAfter(KEEP_MEMORY), script: { content: KEEP_MEMORY } });
  const { lab } = trial;
  await trial.judge(24);
  await lab.openDrawer();
  await trial.beginRun(steps);
  const devtools = await trial.context.newCDPSession(lab.page);
  const held = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    return { heap: usedSize, ...(await wasmBytes(lab.page)) };
  };
  const measured = [];
  for (const step of [1, 250, 500, 1000, 1250, full, steps]) {
    await trial.untilStep(step, 30 * 60_000);
    const now = await held();
    const told = `JavaScript ${now.heap}, page ${now.page}, engine ${now.engine} bytes`;
    trial.tell(`step ${(await lab.metrics()).step}: ${told}`);
    measured.push({ step, ...now });
  }
  const late = measured.at(-1);
  for (const [whose, from] of [['page', full], ['engine', 500]]) {
    const early = measured.find(({ step }) => step === from);
    const text = `wasm memory of the ${whose} grew: ${early[whose]}, ${late[whose]}`;
    trial.check(late[whose] <= early[whose] * 1.02, text);
  }
}

/** By name: what is played, and how many trials of it where a campaign says nothing. */
export const KINDS = {
  reload: { play: duringRun(reload) },
  'tab-closed': { play: duringRun(closeTab) },
  'worker-killed': { play: duringRun(killWorker) },
  'labels-cut-off': { play: duringLabels },
  'storage-full': { play: storageFull },
  'storage-fails': { play: storageFails },
  'two-tabs': { play: twoTabs },
  'two-tabs-run': { play: twoTabsAndRun },
  erased: { play: erased },
  'database-deleted': { play: databaseDeleted },
  'gpu-destroyed': { play: losingGpu(destroyDevice), most: 10 },
  'gpu-crashed': { play: losingGpu(crashGpu), most: 10 },
  soak: { play: soak, most: 1 },
};
