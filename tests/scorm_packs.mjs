// Lessons as SCORM packages: made by xtask from the page under test, and hosted by a small
// learning management system.
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BUILT_FOLDER } from './static_site.mjs';
import { unzip } from './unzip.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const LMS = createRequire(import.meta.url).resolve('scorm-again/scorm12/min');

/** What packs lessons, where xtask has compiled it: then no test waits for another build. */
const PROGRAM = process.env.TILT_LESSON_PACK;

/** The package of a lesson, as bytes. */
export async function packed(lesson) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'tilt-pack-'));
  const file = path.join(folder, 'lesson.json');
  await fs.writeFile(file, JSON.stringify(lesson));
  const built = path.resolve(BUILT_FOLDER);
  const run = promisify(execFile);
  if (PROGRAM) await run(PROGRAM, [built, file, folder]);
  else await run('cargo', ['xtask', 'build', '--lesson-pack', file, '--folder', built, '--out', folder], { cwd: ROOT });
  const zip = await fs.readFile(path.join(folder, `tilt-${lesson.id}-scorm12.zip`));
  await fs.rm(folder, { recursive: true });
  return zip;
}

/**
 * A learning management system: it has the API in its own page, launches the package in a
 * frame with parameters of its own, and keeps what was committed by learner.
 */
const SYSTEM = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A course</title>
<link rel="icon" href="data:,">
<body style="margin:0">
<script src="./lms.js"></script>
<script>
  const learner = new URLSearchParams(location.search).get('learner');
  const shelf = 'lms:' + learner;
  // What the lesson says to the page around it.
  window.told = [];
  window.API = new Scorm12API({ autocommit: false, logLevel: 5 });
  const kept = JSON.parse(localStorage.getItem(shelf) ?? 'null');
  API.loadFromJSON(kept ?? { core: { student_id: learner, student_name: 'Lovelace, Ada' } });
  // The times of this sitting, as they were told: the API writes them in a form of its own.
  window.times = [];
  API.on('LMSSetValue.cmi.core.session_time', (element, time) => window.times.push(time));
  let total = kept?.core.total_time;
  const keep = () => {
    const state = JSON.parse(JSON.stringify(API.cmi));
    localStorage.setItem(shelf, JSON.stringify({ ...state, core: { ...state.core, total_time: total } }));
  };
  API.on('LMSCommit', keep);
  API.on('LMSFinish', () => {
    total = API.cmi.getCurrentTotalTime();
    keep();
  });
  addEventListener('message', ({ data }) => window.told.push(data));
  const frame = document.createElement('iframe');
  frame.name = 'sco';
  frame.title = 'A lesson';
  frame.style.cssText = 'border:0;width:100vw;height:100vh';
  frame.src = './pack/index.html?aicc_url=x&theme=none&lesson=other';
  document.body.append(frame);
</script>`;

/** A folder with the system and the unzipped package; the caller removes it. */
export async function hosted(zip) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'tilt-lms-'));
  await fs.writeFile(path.join(folder, 'index.html'), SYSTEM);
  await fs.copyFile(LMS, path.join(folder, 'lms.js'));
  for (const [name, bytes] of Object.entries(unzip(zip))) {
    const file = path.join(folder, 'pack', name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, bytes);
  }
  return folder;
}
