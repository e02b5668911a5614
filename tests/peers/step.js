// The training step that everything is timed on: weights, data and the timing loop, without
// any framework. engine/src/bench.rs is the same in Rust.

/** The specified shape; another one has other losses. */
export const SHAPE = { layers: 4, d_model: 128, heads: 4, vocab: 512, context: 64, batch: 8 };
export const ADAMW = { lr: 1e-3, b1: 0.9, b2: 0.999, eps: 1e-8, wd: 0.01 };
export const LN_EPS = 1e-5;

/** Of a step: 6 for each weight of a matrix and token, and the attention. In GFLOP. */
export function gflop({ layers, d_model: d, vocab, context, batch }) {
  const weights = layers * 12 * d * d + d * vocab;
  const attention = layers * 12 * batch * context * context * d;
  return (6 * weights * batch * context + attention) / 1e9;
}

/** mulberry32: uniform in [0, 1). */
function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * `[name, shape, numbers]` in order. Matrices are uniform with deviation 0.02, gains 1,
 * biases 0; weights are [in, out], queries, keys and values one matrix, the head its own.
 */
export function initialParameters({ layers, d_model: d, vocab, context }) {
  const next = random(1234);
  const all = [];
  const matrix = (name, rows, columns) => {
    const most = 0.02 * Math.sqrt(3);
    const numbers = Float32Array.from({ length: rows * columns }, () => (next() * 2 - 1) * most);
    all.push([name, [rows, columns], numbers]);
  };
  const vector = (name, length, value) => all.push([name, [length], new Float32Array(length).fill(value)]);
  matrix('wte', vocab, d);
  matrix('wpe', context, d);
  for (let layer = 0; layer < layers; layer += 1) {
    const name = (part) => `h${layer}.${part}`;
    vector(name('ln1g'), d, 1);
    vector(name('ln1b'), d, 0);
    matrix(name('wqkv'), d, 3 * d);
    vector(name('bqkv'), 3 * d, 0);
    matrix(name('wo'), d, d);
    vector(name('bo'), d, 0);
    vector(name('ln2g'), d, 1);
    vector(name('ln2b'), d, 0);
    matrix(name('w1'), d, 4 * d);
    vector(name('b1'), 4 * d, 0);
    matrix(name('w2'), 4 * d, d);
    vector(name('b2'), d, 0);
  }
  vector('lnfg', d, 1);
  vector('lnfb', d, 0);
  matrix('head', d, vocab);
  return all;
}

/** Step `step`'s tokens and the next ones: (5 x + 17 + one of 0 to 3) mod vocab. */
export function batchOf(step, { batch, context, vocab }) {
  const next = random(9000 + step);
  const x = new Int32Array(batch * context);
  const y = new Int32Array(batch * context);
  for (let row = 0; row < batch; row += 1) {
    let token = Math.floor(next() * vocab);
    for (let t = 0; t < context; t += 1) {
      x[row * context + t] = token;
      token = (5 * token + 17 + Math.floor(next() * 4)) % vocab;
      y[row * context + t] = token;
    }
  }
  return { x, y };
}

/** Times `step(i)`, which does one whole step and resolves to its loss. */
export async function timed(step, { warmUp, steps }) {
  const losses = [];
  const times = [];
  const calls = globalThis.gpuCalls;
  let before;
  for (let i = 0; i < warmUp + steps; i += 1) {
    if (i === warmUp) before = { ...calls };
    const start = performance.now();
    losses.push(await step(i));
    times.push(performance.now() - start);
  }
  const perStep = (name) => (calls?.[name] ? (calls[name] - before[name]) / steps : null);
  return {
    step_ms: times.slice(warmUp),
    first_step_ms: times[0],
    dispatches_per_step: perStep('dispatches'),
    submissions_per_step: perStep('submissions'),
    losses,
  };
}
