// The model as an ONNX file, which ONNX Runtime reads: a GPT-2 with the keys and values of what
// went before as inputs, of standard operators. A protocol buffer is a list of fields, each a
// key (its number and how it is encoded) and a value.
import { LN_EPS, initialParameters } from './step.js';

const utf8 = new TextEncoder();
/** IR 10 and opset 20 are the first with Gelu. */
const [IR, OPSET] = [10, 20];
const [FLOAT, INT64] = [1, 7];
/** AttributeProto's types. */
const KINDS = { f: [2, 1], i: [3, 2], s: [4, 3], ints: [8, 7] };

function joined(parts) {
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

function varint(number) {
  const bytes = [];
  // Negative numbers are those of 64 bits.
  let rest = BigInt.asUintN(64, BigInt(number));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const key = (field, encoding) => varint((field << 3) | encoding);
const whole = (field, number) => [Uint8Array.from([...key(field, 0), ...varint(number)])];
const real = (field, number) => [Uint8Array.from(key(field, 5)), new Uint8Array(Float32Array.of(number).buffer)];
const bytes = (field, content) => [Uint8Array.from([...key(field, 2), ...varint(content.length)]), content];
const text = (field, content) => bytes(field, utf8.encode(content));
const message = (field, ...parts) => bytes(field, joined(parts.flat()));

function attribute([name, value]) {
  const kind = Array.isArray(value) ? 'ints' : typeof value === 'string' ? 's' : name === 'epsilon' ? 'f' : 'i';
  const [field, type] = KINDS[kind];
  const encoded = { f: real, i: whole, s: text, ints: (at, all) => all.flatMap((one) => whole(at, one)) }[kind];
  return message(5, text(1, name), encoded(field, value), whole(20, type));
}

const tensor = (name, sizes, type, numbers) =>
  message(
    5,
    sizes.flatMap((size) => whole(1, size)),
    whole(2, type),
    text(8, name),
    bytes(9, new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)),
  );

/** An input or output; a size that is not known has a name. */
function value(field, name, type, sizes) {
  const dimension = (size) => message(1, typeof size === 'string' ? text(2, size) : whole(1, size));
  return message(field, text(1, name), message(2, message(1, whole(1, type), message(2, sizes.flatMap(dimension)))));
}

/** The bytes of a model of `shape` that has the specified weights. */
export function onnxModel(shape) {
  const { layers, d_model: d, heads, vocab, context } = shape;
  const size = d / heads;
  const nodes = [];
  let made = 0;
  const put = (type, inputs, settings = {}, outputs = [`${type}_${made}`]) => {
    made += 1;
    const names = [...inputs.flatMap((name) => text(1, name)), ...outputs.flatMap((name) => text(2, name))];
    const attributes = Object.entries(settings).flatMap(attribute);
    nodes.push(...message(1, names, text(3, `node_${made}`), text(4, type), attributes));
    return outputs.length === 1 ? outputs[0] : outputs;
  };
  const constants = [];
  const integers = (name, ...numbers) => {
    constants.push(...tensor(name, [numbers.length], INT64, BigInt64Array.from(numbers, BigInt)));
    return name;
  };
  const floats = (name, sizes, numbers) => {
    constants.push(...tensor(name, sizes, FLOAT, numbers));
    return name;
  };
  for (const [name, sizes, numbers] of initialParameters(shape)) floats(name, sizes, numbers);
  const norm = (x, gain, bias) => put('LayerNormalization', [x, gain, bias], { axis: -1, epsilon: LN_EPS });
  const affine = (x, weights, bias) => put('Add', [put('MatMul', [x, weights]), bias]);

  const [zero, one, two, end] = [integers('zero', 0), integers('one', 1), integers('two', 2), integers('end', -1)];
  const far = integers('far', 2 ** 31);
  const byHead = integers('by_head', 0, 0, heads, size);
  const together = integers('together', 0, 0, d);
  const scale = floats('scale', [], Float32Array.of(1 / Math.sqrt(size)));
  const ahead = (_, place) => (place % context > Math.floor(place / context) ? -1e9 : 0);
  const masks = floats('masks', [context, context], Float32Array.from({ length: context * context }, ahead));

  let x = put('Add', [put('Gather', ['wte', 'input_ids']), put('Gather', ['wpe', 'position_ids'])]);
  // All prompts are of one length, so that only what comes later is hidden, and the attention
  // mask says no more than how many tokens there are.
  const length = put('Slice', [put('Shape', ['attention_mask']), one, two]);
  const hidden = put('Slice', [put('Gather', [masks, 'position_ids']), zero, length, two]);
  const mask = put('Unsqueeze', [hidden, one]);
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (part) => `h${layer}.${part}`;
    const qkv = affine(norm(x, of('ln1g'), of('ln1b')), of('wqkv'), of('bqkv'));
    const [q, k, v] = put('Split', [qkv], { axis: -1, num_outputs: 3 }, ['q', 'k', 'v'].map(of)).map((part) =>
      put('Transpose', [put('Reshape', [part, byHead])], { perm: [0, 2, 1, 3] }),
    );
    const cached = (part, fresh) =>
      put('Concat', [`past_key_values.${layer}.${part}`, fresh], { axis: 2 }, [`present.${layer}.${part}`]);
    const keys = put('Transpose', [cached('key', k)], { perm: [0, 1, 3, 2] });
    const values = cached('value', v);
    const scores = put('Add', [put('MatMul', [put('Mul', [q, scale]), keys]), mask]);
    const mixed = put('MatMul', [put('Softmax', [scores], { axis: -1 }), values]);
    const attended = put('Reshape', [put('Transpose', [mixed], { perm: [0, 2, 1, 3] }), together]);
    x = put('Add', [x, affine(attended, of('wo'), of('bo'))]);
    const inner = put('Gelu', [affine(norm(x, of('ln2g'), of('ln2b')), of('w1'), of('b1'))], { approximate: 'tanh' });
    x = put('Add', [x, affine(inner, of('w2'), of('b2'))]);
  }
  const last = put('Slice', [x, end, far, one]);
  put('MatMul', [norm(last, 'lnfg', 'lnfb'), 'head'], {}, ['logits']);

  const ids = ['input_ids', 'position_ids'].flatMap((name) => value(11, name, INT64, ['batch', 'tokens']));
  const caches = (field, name, tokens) =>
    Array.from({ length: layers }, (_, layer) => layer).flatMap((layer) =>
      ['key', 'value'].flatMap((part) =>
        value(field, `${name}.${layer}.${part}`, FLOAT, ['batch', heads, tokens, size]),
      ),
    );
  const graph = [
    ...nodes,
    ...text(2, 'gpt2'),
    ...constants,
    ...ids,
    ...value(11, 'attention_mask', INT64, ['batch', 'all_tokens']),
    ...caches(11, 'past_key_values', 'past_tokens'),
    ...value(12, 'logits', FLOAT, ['batch', 1, vocab]),
    ...caches(12, 'present', 'all_tokens'),
  ];
  return joined([whole(1, IR), message(7, graph), message(8, text(1, ''), whole(2, OPSET))].flat());
}
