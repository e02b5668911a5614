// What sampling is timed on: the prompts, how an answer is checked, and a GPT-2 in plain
// JavaScript to check it by. engine/src/bench.rs has the same prompts and weights in Rust.
import { LN_EPS, batchOf, initialParameters, timed } from './step.js';

/** Answers of a step that are checked. */
const CHECKED = 4;
/** A token that is said to be the likeliest may lie this far behind it, in nats. */
const TOLERANCE = 0.01;
/** A sampling may lie so many standard deviations from what is expected of it. */
const MOST_DEVIATIONS = 5;

/** Tokens of a prompt. */
export const promptLength = ({ context }) => context >> 2;
/** Tokens of an answer: it fills the context, and nothing ends it before. */
export const answerLength = (shape) => shape.context - promptLength(shape);

/** As many as there are sequences in a step, each a list of ids. */
export function promptsOf(shape) {
  const { y } = batchOf(0, shape);
  const prompt = (_, row) => [...y.slice(row * shape.context, row * shape.context + promptLength(shape))];
  return Array.from({ length: shape.batch }, prompt);
}

/** The model's numbers by name. */
export const weightsOf = (shape) =>
  Object.fromEntries(initialParameters(shape).map(([name, , numbers]) => [name, numbers]));

/** `rows` of `x` times `weights`, `[inner, columns]`, plus `bias`. */
function times(x, rows, weights, columns, bias) {
  const inner = x.length / rows;
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const sums = out.subarray(row * columns, (row + 1) * columns);
    if (bias) sums.set(bias);
    for (let i = 0; i < inner; i += 1) {
      const factor = x[row * inner + i];
      const from = i * columns;
      for (let column = 0; column < columns; column += 1) sums[column] += factor * weights[from + column];
    }
  }
  return out;
}

function normed(x, rows, gain, bias) {
  const width = x.length / rows;
  const out = new Float64Array(x.length);
  for (let row = 0; row < rows; row += 1) {
    const numbers = x.subarray(row * width, (row + 1) * width);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / width;
    const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / width;
    const scale = 1 / Math.sqrt(variance + LN_EPS);
    numbers.forEach((number, i) => (out[row * width + i] = (number - mean) * scale * gain[i] + bias[i]));
  }
  return out;
}

function softmax(numbers) {
  const most = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = numbers.map((number) => Math.exp(number - most));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

function attended(qkv, rows, width, heads) {
  const size = width / heads;
  const out = new Float64Array(rows * width);
  for (let head = 0; head < heads; head += 1) {
    const at = (row, part) => row * 3 * width + part * width + head * size;
    for (let row = 0; row < rows; row += 1) {
      const scores = Float64Array.from({ length: row + 1 }, (_, other) => {
        let sum = 0;
        for (let i = 0; i < size; i += 1) sum += qkv[at(row, 0) + i] * qkv[at(other, 1) + i];
        return sum / Math.sqrt(size);
      });
      softmax(scores).forEach((share, other) => {
        for (let i = 0; i < size; i += 1) out[row * width + head * size + i] += share * qkv[at(other, 2) + i];
      });
    }
  }
  return out;
}

const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const sum = (x, y) => x.map((number, i) => number + y[i]);

/** After each of `ids` the probabilities of the next one, without a library and in f64. */
function probabilities(weights, ids, { layers, d_model: d, heads, vocab }) {
  const rows = ids.length;
  let x = Float64Array.from({ length: rows * d }, (_, i) => {
    const [row, column] = [Math.floor(i / d), i % d];
    return weights.wte[ids[row] * d + column] + weights.wpe[row * d + column];
  });
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (part) => weights[`h${layer}.${part}`];
    const qkv = times(normed(x, rows, of('ln1g'), of('ln1b')), rows, of('wqkv'), 3 * d, of('bqkv'));
    x = sum(x, times(attended(qkv, rows, d, heads), rows, of('wo'), d, of('bo')));
    const inner = times(normed(x, rows, of('ln2g'), of('ln2b')), rows, of('w1'), 4 * d, of('b1'));
    x = sum(x, times(inner.map(gelu), rows, of('w2'), d, of('b2')));
  }
  const logits = times(normed(x, rows, weights.lnfg, weights.lnfb), rows, weights.head, vocab);
  return ids.map((_, row) => softmax(logits.subarray(row * vocab, (row + 1) * vocab)));
}

/** Of each token of `answer` the probabilities that it was picked by. */
function picks(weights, prompt, answer, shape) {
  const { vocab } = shape;
  if (answer.length !== answerLength(shape)) {
    throw new Error(`an answer of ${answer.length} tokens, not of ${answerLength(shape)}`);
  }
  const wrong = answer.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocab));
  if (wrong !== undefined) throw new Error(`${wrong} is no id below ${vocab}`);
  return probabilities(weights, [...prompt, ...answer], shape).slice(prompt.length - 1, -1);
}

/** Throws where a token of a greedy answer is not the likeliest. */
function checkGreedy(weights, prompt, answer, shape) {
  picks(weights, prompt, answer, shape).forEach((chances, place) => {
    const behind = Math.log(Math.max(...chances) / chances[answer[place]]);
    if (behind > TOLERANCE) {
      throw new Error(`token ${place} of the greedy answer is ${behind.toFixed(3)} nats behind the likeliest`);
    }
  });
}

/** Nats a token of answers; throws where the model would hardly have drawn such at temperature 1. */
function checkSampled(weights, prompts, answers, shape) {
  let [nats, expected, variance, tokens] = [0, 0, 0, 0];
  answers.forEach((answer, row) => {
    picks(weights, prompts[row], answer, shape).forEach((chances, place) => {
      const costs = chances.map((chance) => -Math.log(chance));
      const mean = chances.reduce((total, chance, id) => total + chance * costs[id], 0);
      nats += costs[answer[place]];
      expected += mean;
      variance += chances.reduce((total, chance, id) => total + chance * (costs[id] - mean) ** 2, 0);
      tokens += 1;
    });
  });
  if (!(Math.abs(nats - expected) <= MOST_DEVIATIONS * Math.sqrt(variance))) {
    const [told, wanted] = [nats, expected].map((total) => (total / tokens).toFixed(3));
    throw new Error(`${told} nats a sampled token, where temperature 1 gives about ${wanted}`);
  }
  return nats / tokens;
}

/**
 * Times `sample(prompts)`, which resolves to an answer for each; `greedy(prompt)` gives one
 * whose tokens are the likeliest. Throws where an answer is not the model's.
 */
export async function timedAnswers({ sample, greedy }, { shape, warmUp, steps }) {
  const prompts = promptsOf(shape);
  const { losses: answers, ...timing } = await timed(() => sample(prompts), { warmUp, steps });
  const last = answers.at(-1);
  if (last.length !== prompts.length) throw new Error(`${last.length} answers to ${prompts.length} prompts`);
  const short = last.find((answer) => answer.length !== answerLength(shape));
  if (short) throw new Error(`an answer of ${short.length} tokens, not of ${answerLength(shape)}`);
  const weights = weightsOf(shape);
  const likeliest = await greedy(prompts[0]);
  checkGreedy(weights, prompts[0], likeliest, shape);
  const nats = checkSampled(weights, prompts, last.slice(0, CHECKED), shape);
  return { ...timing, losses: [nats], tokens: prompts.length * answerLength(shape), greedy: likeliest };
}
