// The model as a GGUF file, which llama.cpp reads: facts by key, then the tensors' names and
// sizes, then their numbers. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { LN_EPS, initialParameters } from './step.js';

const VERSION = 3;
const ALIGNMENT = 32;
/** Of values. */
const [UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9];
/** Of a tensor. */
const F32 = 0;
/** A token that stands for itself. */
const NORMAL = 1;

const utf8 = new TextEncoder();
const u32 = (number) => new Uint8Array(Uint32Array.of(number).buffer);
const u64 = (number) => new Uint8Array(BigUint64Array.of(BigInt(number)).buffer);
const string = (text) => {
  const bytes = utf8.encode(text);
  return [u64(bytes.length), bytes];
};
const ENCODED = {
  [UINT32]: (number) => [u32(number)],
  [INT32]: (number) => [u32(number)],
  [FLOAT32]: (number) => [new Uint8Array(Float32Array.of(number).buffer)],
  [BOOL]: (flag) => [Uint8Array.of(flag ? 1 : 0)],
  [STRING]: string,
};
const fact = (key, type, value) => [...string(key), u32(type), ...ENCODED[type](value)];
const list = (key, type, values) => [
  ...string(key),
  u32(ARRAY),
  u32(type),
  u64(values.length),
  ...values.flatMap(ENCODED[type]),
];

/** Letters of a token's text. */
const LETTERS = 3;
const tokenOf = (id) => id.toString(36).padStart(LETTERS, '0');
/** What the tokenizer takes for these ids. */
export const textOf = (ids) => ids.map(tokenOf).join('');
/** The ids whose tokens make up `text`. */
export const idsOf = (text) =>
  (text.match(new RegExp(`.{1,${LETTERS}}`, 'g')) ?? []).map((token) => parseInt(token, 36));

const NAMES = {
  wte: 'token_embd.weight',
  wpe: 'position_embd.weight',
  ln1g: 'attn_norm.weight',
  ln1b: 'attn_norm.bias',
  wqkv: 'attn_qkv.weight',
  bqkv: 'attn_qkv.bias',
  wo: 'attn_output.weight',
  bo: 'attn_output.bias',
  ln2g: 'ffn_norm.weight',
  ln2b: 'ffn_norm.bias',
  w1: 'ffn_up.weight',
  b1: 'ffn_up.bias',
  w2: 'ffn_down.weight',
  b2: 'ffn_down.bias',
  lnfg: 'output_norm.weight',
  lnfb: 'output_norm.bias',
  head: 'output.weight',
};
/** llama.cpp's name of one of our tensors. */
function nameOf(ours) {
  const [layer, part] = ours.split('.');
  return part ? `blk.${layer.slice(1)}.${NAMES[part]}` : NAMES[ours];
}

/** Matrices that are multiplied by are `[out, in]` there; embeddings are rows as here. */
function transposed(numbers, [rows, columns]) {
  return Float32Array.from(numbers, (_, place) => numbers[(place % rows) * columns + Math.floor(place / rows)]);
}

const padding = (length) => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;

/** A model of `shape` that has the specified weights. */
export function ggufModel(shape) {
  const { layers, d_model, heads, vocab, context } = shape;
  const ids = Array.from({ length: vocab }, (_, id) => id);
  const facts = [
    fact('general.architecture', STRING, 'gpt2'),
    fact('gpt2.context_length', UINT32, context),
    fact('gpt2.embedding_length', UINT32, d_model),
    fact('gpt2.feed_forward_length', UINT32, 4 * d_model),
    fact('gpt2.block_count', UINT32, layers),
    fact('gpt2.attention.head_count', UINT32, heads),
    fact('gpt2.attention.layer_norm_epsilon', FLOAT32, LN_EPS),
    // The one tokenizer that brings no token of its own that would end an answer.
    fact('tokenizer.ggml.model', STRING, 'rwkv'),
    list('tokenizer.ggml.tokens', STRING, ids.map(tokenOf)),
    list('tokenizer.ggml.token_type', INT32, ids.map(() => NORMAL)),
    fact('tokenizer.ggml.add_bos_token', BOOL, false),
  ];
  const tensors = initialParameters(shape).map(([name, sizes, numbers]) => {
    const isEmbedding = name === 'wte' || name === 'wpe';
    const isTurned = sizes.length === 2 && !isEmbedding;
    return {
      name: nameOf(name),
      // The size whose numbers lie next to each other comes first.
      sizes: isTurned ? sizes : [...sizes].reverse(),
      bytes: new Uint8Array((isTurned ? transposed(numbers, sizes) : numbers).buffer),
    };
  });
  let offset = 0;
  const entries = tensors.flatMap(({ name, sizes, bytes }) => {
    const entry = [...string(name), u32(sizes.length), ...sizes.map(u64), u32(F32), u64(offset)];
    offset += bytes.length + padding(bytes.length);
    return entry;
  });
  const head = [utf8.encode('GGUF'), u32(VERSION), u64(tensors.length), u64(facts.length), ...facts.flat(), ...entries];
  const headLength = head.reduce((total, part) => total + part.length, 0);
  const numbers = tensors.flatMap(({ bytes }) => [bytes, new Uint8Array(padding(bytes.length))]);
  return new Blob([...head, new Uint8Array(padding(headLength)), ...numbers]);
}
