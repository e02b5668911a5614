// A script that runs in the engine's worker before the engine: tests listen in, hold
// messages back, or say what the engine would say.
import fs from 'node:fs';
import path from 'node:path';
import { BUILT_FOLDER } from './static_site.mjs';

/** The files that the host answers otherwise, so that the engine's worker runs `script` first. */
export function filesAfter(script) {
  const engine = fs.readFileSync(path.join(BUILT_FOLDER, 'engine.js'), 'utf8');
  return { 'engine.js': { body: `${script}\n${engine}` } };
}

/** Options of tests whose engine runs `script` first. */
export const engineAfter = (script) => ({
  replaced: async ({}, use) => {
    await use(filesAfter(script));
  },
});

/** The engine's own worker: helpers run the same file. */
export async function engineOf(page) {
  for (const worker of page.workers().reverse()) {
    if (!worker.url().includes('engine.js')) continue;
    if ((await worker.evaluate(() => self.name)) !== 'helper') return worker;
  }
  throw new Error('the page has no engine');
}

/** The ids of the commands that came, by the command's name. */
export const NOTE_COMMANDS = `
  self.commandsSeen = {};
  self.addEventListener('message', ({ data }) => {
    if (!data?.json) return;
    const { id, command } = JSON.parse(data.json);
    const name = typeof command === 'string' ? command : Object.keys(command)[0];
    (self.commandsSeen[name] ??= []).push(id);
  });`;
