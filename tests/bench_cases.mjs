// What `cargo xtask bench` times, what is set against what, and the losses to expect.
import { SHAPE } from './peers/step.js';

const LONG = { ...SHAPE, context: 256, batch: 2 };
const WIDE = { ...SHAPE, d_model: 256, heads: 8 };
/** Of a sampling: as many prompts as a step has sequences. */
const ANSWERS = { ...SHAPE, batch: 64 };
/** Tilt's answer to this prompt fills the context too. */
const ANSWER = { ...SHAPE, batch: 1 };
const NANO_ANSWERS = { layers: 3, d_model: 64, heads: 4, vocab: 1024, context: 128, batch: 64 };
export const SHAPE_NAMES = new Map([
  [SHAPE, '4 layers, width 128, 8 x 64 tokens'],
  [LONG, 'longer context: 2 x 256 tokens'],
  [WIDE, 'wider: width 256'],
]);

const tilt = (settings, shape = SHAPE) => ({ kind: 'tilt', shape, settings });
const sampling = (settings, shape = ANSWERS) => tilt({ device: 'cpu', objective: 'sampling', ...settings }, shape);
const peer = (device, shape = SHAPE, library = 'jax-js') => ({ kind: 'peer', shape, device, library });
/** `fewer` says how many steps a slow one is given: `warmUp` and `mostSteps`. */
const sampler = (library, device, shape, fewer = {}) => ({
  ...peer(device, shape, library),
  isSampler: true,
  ...fewer,
});

/**
 * What is compared runs in turns, `rounds` times `steps` timed steps each, so that a machine
 * that slows down slows down all of it; the peak of one thread of the CPU too.
 */
export const GROUPS = [
  {
    measuresPeak: true,
    rounds: 4,
    steps: 20,
    cases: {
      'jax-js-wasm': peer('wasm'),
      'cpu-plain': tilt({ device: 'cpu', simd: 'plain', workers: 1 }),
      'cpu-relaxed': tilt({ device: 'cpu', simd: 'relaxed', workers: 1 }),
      'cpu-2-workers': tilt({ device: 'cpu', simd: 'plain', workers: 2 }),
      'cpu-relaxed-2-workers': tilt({ device: 'cpu', simd: 'relaxed', workers: 2 }),
      'cpu-dpo': tilt({ device: 'cpu', simd: 'plain', workers: 1, objective: 'dpo' }),
    },
  },
  // Each step samples by burn's operations too, in turns with the kernels.
  {
    rounds: 2,
    steps: 8,
    cases: {
      'cpu-sampling': sampling({ simd: 'plain', workers: 1 }),
      'cpu-sampling-2-workers': sampling({ simd: 'plain', workers: 2 }),
      'cpu-sampling-relaxed': sampling({ simd: 'relaxed', workers: 1 }),
      'cpu-sampling-relaxed-2-workers': sampling({ simd: 'relaxed', workers: 2 }),
      'transformers-js-wasm-sampling': sampler('transformers-js', 'wasm', ANSWERS),
      'wllama-sampling': sampler('wllama', 'wasm', ANSWERS),
    },
  },
  // One answer, with nothing beside it.
  {
    rounds: 2,
    steps: 20,
    cases: {
      'cpu-sampling-one': sampling({ simd: 'plain', workers: 1 }, ANSWER),
      'cpu-sampling-relaxed-one': sampling({ simd: 'relaxed', workers: 1 }, ANSWER),
      'transformers-js-wasm-sampling-one': sampler('transformers-js', 'wasm', ANSWER),
      'wllama-sampling-one': sampler('wllama', 'wasm', ANSWER),
    },
  },
  {
    rounds: 2,
    steps: 10,
    cases: {
      'jax-js-webgpu': peer('webgpu'),
      webgpu: tilt({ device: 'webgpu' }),
      'webgpu-dpo': tilt({ device: 'webgpu', objective: 'dpo' }),
    },
  },
  {
    rounds: 2,
    steps: 10,
    cases: {
      'jax-js-webgpu-long': peer('webgpu', LONG),
      'webgpu-long': tilt({ device: 'webgpu' }, LONG),
    },
  },
  {
    rounds: 2,
    steps: 10,
    cases: {
      'jax-js-webgpu-wide': peer('webgpu', WIDE),
      'webgpu-wide': tilt({ device: 'webgpu' }, WIDE),
    },
  },
  // By burn's operations such a step takes some ten seconds in software, by transformers.js
  // more than a minute.
  {
    rounds: 2,
    steps: 3,
    cases: {
      'webgpu-sampling': tilt({ device: 'webgpu', objective: 'sampling' }, NANO_ANSWERS),
      'transformers-js-webgpu-sampling': sampler('transformers-js', 'webgpu', NANO_ANSWERS, {
        warmUp: 1,
        mostSteps: 1,
      }),
    },
  },
  // Far behind, so a few steps tell.
  {
    rounds: 1,
    steps: 5,
    cases: {
      'tfjs-wasm': peer('wasm', SHAPE, 'tfjs'),
      'tfjs-webgpu': peer('webgpu', SHAPE, 'tfjs'),
    },
  },
];
export const CASES = Object.assign({}, ...GROUPS.map((group) => group.cases));

/** The first is to be faster than the second. */
export const RATIOS = [
  ['CPU, plain SIMD', 'cpu-plain', 'jax-js-wasm'],
  ['CPU, relaxed SIMD', 'cpu-relaxed', 'jax-js-wasm'],
  ['CPU, plain SIMD, 2 workers', 'cpu-2-workers', 'jax-js-wasm'],
  ['CPU, relaxed SIMD, 2 workers', 'cpu-relaxed-2-workers', 'jax-js-wasm'],
  ['WebGPU', 'webgpu', 'jax-js-webgpu'],
  ['WebGPU', 'webgpu-long', 'jax-js-webgpu-long'],
  ['WebGPU', 'webgpu-wide', 'jax-js-webgpu-wide'],
];
/** Behind jax-js, so in a line below the table: what is timed, on what Tilt is beside it. */
export const TFJS = [
  ['CPU', 'tfjs-wasm', 'cpu-plain'],
  ['WebGPU', 'tfjs-webgpu', 'webgpu'],
];
/** DPO over pairs against SFT over as many sequences. */
export const DPO = [
  ['CPU, plain SIMD', 'cpu-dpo', 'cpu-plain'],
  ['WebGPU', 'webgpu-dpo', 'webgpu'],
];

/** Answers by the kernels against burn's operations on one worker, and the least that is wanted. */
export const SAMPLINGS = [
  ['CPU, plain SIMD', 'cpu-sampling', 1.8],
  ['CPU, plain SIMD, 2 workers', 'cpu-sampling-2-workers', 3],
  ['CPU, relaxed SIMD', 'cpu-sampling-relaxed', 1.8],
  ['CPU, relaxed SIMD, 2 workers', 'cpu-sampling-relaxed-2-workers', 3],
  ['WebGPU, as small as `nano`', 'webgpu-sampling', 10],
];

/** What is sampled, on what, and the cases of Tilt, transformers.js and wllama. */
export const SAMPLERS = [
  [
    '64 answers at once, 4 layers, width 128',
    'CPU, plain SIMD',
    ['cpu-sampling', 'transformers-js-wasm-sampling', 'wllama-sampling'],
  ],
  [
    '64 answers at once, 4 layers, width 128',
    'CPU, relaxed SIMD',
    ['cpu-sampling-relaxed', 'transformers-js-wasm-sampling', 'wllama-sampling'],
  ],
  [
    'one answer, 4 layers, width 128',
    'CPU, plain SIMD',
    ['cpu-sampling-one', 'transformers-js-wasm-sampling-one', 'wllama-sampling-one'],
  ],
  [
    'one answer, 4 layers, width 128',
    'CPU, relaxed SIMD',
    ['cpu-sampling-relaxed-one', 'transformers-js-wasm-sampling-one', 'wllama-sampling-one'],
  ],
  [
    '64 answers at once, 3 layers, width 64',
    'WebGPU',
    ['webgpu-sampling', 'transformers-js-webgpu-sampling'],
  ],
];

/** What each of Tilt's CPU builds reaches of the peak of one thread. */
export const SHARES = [
  ['simd128', 'cpu-plain', 'plain'],
  ['relaxed multiply-add', 'cpu-relaxed', 'relaxed'],
];

/** Of the specified shape, by step, with how far a port may lie from them. */
const KNOWN_LOSSES = { 0: [6.25389, 1e-4], 4: [6.2089, 1e-3], 24: [5.4106, 5e-3] };
/** Between two that train on the same numbers. */
const TOLERANCE = 5e-3;

/** What is wrong with a case's result, `results` holding those of others; nothing where all is well. */
export const defects = (name, result, results) =>
  CASES[name].isSampler ? answerDefects(name, result.greedy, results) : lossDefects(name, result.losses, results);

/** Its page has checked the answers against the model; two libraries say the same too. */
function answerDefects(name, greedy, results) {
  const model = ({ layers, d_model, context }) => `${layers} ${d_model} ${context}`;
  const isAlike = (one) => CASES[one].isSampler && model(CASES[one].shape) === model(CASES[name].shape);
  const other = Object.keys(results).find(isAlike);
  const expected = results[other]?.greedy ?? greedy;
  const far = greedy.findIndex((id, place) => id !== expected[place]);
  return far < 0 ? [] : [`${name}: greedy token ${far} is ${greedy[far]}, and ${expected[far]} in ${other}`];
}

function lossDefects(name, losses, results) {
  const { shape, kind } = CASES[name];
  const { objective, simd } = CASES[name].settings ?? {};
  if (objective === 'sampling') {
    // The same answers in every step, and whatever the number of workers.
    const isAlike = (one) => {
      const { settings, shape: sizes } = CASES[one];
      return settings?.objective === objective && settings.simd === simd && sizes === shape;
    };
    const other = Object.keys(results).find(isAlike);
    const expected = results[other]?.losses[0] ?? losses[0];
    const far = losses.findIndex((loss) => loss !== expected);
    return far < 0 ? [] : [`${name}: ${losses[far]} nats a token in step ${far}, expected ${expected}`];
  }
  const isDpo = (one) => CASES[one].settings?.objective === 'dpo';
  if (isDpo(name)) {
    return Math.abs(losses[0] - Math.LN2) < 1e-4 ? [] : [`${name}: first loss ${losses[0]}, expected ln 2`];
  }
  const far = (step, expected, tolerance) =>
    losses.length > step &&
    !(Math.abs(losses[step] - expected) <= tolerance) &&
    `${name}: loss ${losses[step]} at step ${step}, expected ${expected}`;
  const known = shape === SHAPE ? Object.entries(KNOWN_LOSSES) : [];
  const other = Object.keys(results).find(
    (one) => CASES[one].shape === shape && CASES[one].kind !== kind && !isDpo(one),
  );
  const others = (results[other]?.losses ?? []).map((loss, step) => [step, [loss, TOLERANCE]]);
  return [...known, ...others]
    .map(([step, [expected, tolerance]]) => far(Number(step), expected, tolerance))
    .filter(Boolean);
}
