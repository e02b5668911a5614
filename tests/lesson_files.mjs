// Lessons as they ship, and smaller ones of the same kind.
import fs from 'node:fs';
import { deflateRawSync } from 'node:zlib';

const FOLDER = new URL('../public/lessons/', import.meta.url);

/** What the list tells of each. */
export const LISTED = JSON.parse(fs.readFileSync(new URL('../lessons.json', FOLDER), 'utf8'));

export function shippedLesson(id) {
  return JSON.parse(fs.readFileSync(new URL(`${id}.json`, FOLDER), 'utf8'));
}

/** The part of an address that carries a lesson whole. */
export function inLink(lesson) {
  return `#lesson=${deflateRawSync(JSON.stringify(lesson)).toString('base64url')}`;
}

/**
 * The lesson on the smallest model, with few labels and runs of few steps: what it claims need
 * not hold then, but everything is there to be done. Full size is the terminal's work.
 */
export function small(lesson) {
  const fewer = (source) => (source?.judge ? { ...source, pairs: Math.min(source.pairs ?? 64, 8) } : source);
  const act = (act) => {
    if (act.label?.count) return { label: { ...act.label, count: Math.min(act.label.count, 3) } };
    if (act.label) return { label: fewer(act.label) };
    if (act.run?.steps) return { run: { ...act.run, steps: Math.min(act.run.steps, 4) } };
    return act;
  };
  const acts = (of) => (Array.isArray(of) ? of.map(act) : act(of));
  return {
    ...lesson,
    setup: {
      ...lesson.setup,
      model: 'nano',
      device: 'cpu',
      labels: lesson.setup.labels && fewer(lesson.setup.labels),
      settings: { ...lesson.setup.settings, steps: 4 },
    },
    steps: lesson.steps.map((step) => (step.act ? { ...step, act: acts(step.act) } : step)),
  };
}
