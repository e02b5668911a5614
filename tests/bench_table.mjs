// The table of `cargo xtask bench`.
import { CASES, DPO, RATIOS, SAMPLERS, SAMPLINGS, SHAPE_NAMES, SHARES, TFJS } from './bench_cases.mjs';
import { gflop } from './peers/step.js';

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One result of a case's rounds: medians are over the steps of all of them. */
export function pooled(rounds) {
  const [first] = rounds;
  const ms = rounds.flatMap((round) => round.step_ms);
  return {
    ...first,
    median_ms: median(ms),
    min_ms: Math.min(...ms),
    by_round: rounds.map((round) => median(round.step_ms)),
    composed_ms: rounds.flatMap((round) => round.composed?.step_ms ?? []),
  };
}

/** Of a sampling, at the median; of a training step nothing. */
export function tokensPerSecond({ tokens, composed, median_ms }) {
  const sampled = tokens ?? composed?.tokens;
  return sampled && (sampled / median_ms) * 1e3;
}

/** Tokens a second of all who sample; a case that gave no result says so. */
function samplersOf(results) {
  const cell = (name) => {
    if (!name) return 'not timed';
    if (!results[name]) return 'no result';
    return `${Math.round(tokensPerSecond(results[name])).toLocaleString('en')} tokens/s`;
  };
  const rows = SAMPLERS.filter(([, , names]) => names.some((name) => results[name])).map(
    ([what, device, [ours, transformersJs, wllama]]) =>
      `| ${[device, what, cell(ours), cell(transformersJs), cell(wllama)].join(' | ')} |`,
  );
  if (rows.length === 0) return [];
  const head = ['| Tilt on | Sampling at temperature 1 | Tilt | transformers.js | wllama |', '|---|---|---|---|---|'];
  return [...head, ...rows, ''];
}

/** `results` by case, each [`pooled`]; `peaks` of one thread in GFLOP/s; `machine` says where. */
export function tableOf(results, peaks, machine) {
  const ms = (name) => `${results[name].median_ms.toFixed(results[name].median_ms < 100 ? 1 : 0)} ms`;
  const calls = (name) => {
    const { dispatches_per_step: dispatches, submissions_per_step: submissions } = results[name];
    return dispatches ? `${dispatches.toFixed(0)} / ${submissions.toFixed(0)}` : '–';
  };
  const both = ([, one, other]) => results[one] && results[other];
  const ratio = (slow, fast) => results[slow].median_ms / results[fast].median_ms;

  const rows = RATIOS.filter(both).map(([what, ours, theirs]) => {
    const ratios = results[theirs].by_round.map((time, round) => time / results[ours].by_round[round]);
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((one) => one.toFixed(2));
    const range = ratios.length > 1 ? ` (${least} to ${most})` : '';
    const faster = `${ratio(theirs, ours).toFixed(2)} x${range}`;
    const cells = [what, SHAPE_NAMES.get(CASES[ours].shape), ms(ours), ms(theirs), faster, calls(ours), calls(theirs)];
    return `| ${cells.join(' | ')} |`;
  });
  const dpo = DPO.filter(both).map(([what, dpo, sft]) => {
    const times = ratio(dpo, sft).toFixed(2);
    return `- ${what}: DPO over 4 pairs takes ${times} times as long as SFT over 8 sequences of the same lengths (${ms(dpo)}, ${ms(sft)}).`;
  });
  const tfjs = TFJS.filter(both).map(([what, theirs, ours]) => {
    const asked = results[theirs].dispatches_per_step;
    const dispatches = asked ? `, ${asked.toFixed(0)} dispatches a step` : '';
    const times = ratio(theirs, ours).toFixed(1);
    return `- ${what}: TensorFlow.js takes ${ms(theirs)} for the first step of the table, ${times} times as long as Tilt${dispatches}.`;
  });
  const samplings = SAMPLINGS.filter(([, ours]) => results[ours]?.composed_ms.length > 0).map(([what, ours, least]) => {
    const { median_ms, composed_ms } = results[ours];
    const times = median(composed_ms) / median_ms;
    const rate = Math.round(tokensPerSecond(results[ours])).toLocaleString('en');
    const missed = times < least ? `, short of the ${least} that are wanted` : '';
    return `- ${what}: ${CASES[ours].shape.batch} answers at ${rate} tokens a second, ${times.toFixed(2)} times burn's operations on one worker${missed}.`;
  });
  const shares = SHARES.filter(([, ours, simd]) => results[ours] && peaks.some((peak) => peak[simd])).map(
    ([what, ours, simd]) => {
      const peak = median(peaks.map((one) => one[simd]));
      const reached = gflop(CASES[ours].shape) / (results[ours].median_ms / 1e3);
      return `- CPU, one thread with ${what}: ${reached.toFixed(1)} GFLOP/s, ${((100 * reached) / peak).toFixed(0)}% of the ${peak.toFixed(1)} that this browser can do at best.`;
    },
  );
  return [
    '| Tilt on | Step | Tilt | jax-js | Tilt is faster by (in single rounds) | Dispatches / submissions, Tilt | jax-js |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    ...samplersOf(results),
    ...dpo,
    ...tfjs,
    ...shares,
    ...samplings,
    '',
    `Medians over all steps of all rounds, each step with its loss read back; one browser session, in which what is compared took turns. ${machine.join('; ')}.`,
  ].join('\n');
}
