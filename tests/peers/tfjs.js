// TensorFlow.js: eager operations, its Adam with the decay of AdamW before it. The page loads
// the library and its backends as scripts, so `tf` is there.
/* global tf */
import { ADAMW, LN_EPS, batchOf, initialParameters, timed } from './step.js';

const FILES = './node_modules/@tensorflow/tfjs-backend-wasm/dist/';

/** Logits `[rows, vocab]` of the tokens `ids`, `[rows]`. */
function logits(p, ids, mask, { layers, d_model: d, heads, vocab, context, batch }) {
  const rows = batch * context;
  const size = d / heads;
  const layerNorm = (x, gain, bias) => {
    const centred = x.sub(x.mean(-1, true));
    return centred.mul(centred.square().mean(-1, true).add(LN_EPS).rsqrt()).mul(gain).add(bias);
  };
  const gelu = (x) => {
    const inner = x.mul(x).mul(x).mul(0.044715).add(x).mul(Math.sqrt(2 / Math.PI));
    return x.mul(0.5).mul(inner.tanh().add(1));
  };
  // By a one-hot matmul, as jax-js: its gradient is a matmul too.
  let x = tf.oneHot(ids, vocab).toFloat().matMul(p.wte);
  x = x.reshape([batch, context, d]).add(p.wpe).reshape([rows, d]);
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (part) => p[`h${layer}.${part}`];
    const qkv = layerNorm(x, of('ln1g'), of('ln1b')).matMul(of('wqkv')).add(of('bqkv'));
    const [q, k, v] = tf
      .split(qkv, 3, 1)
      .map((part) => part.reshape([batch, context, heads, size]).transpose([0, 2, 1, 3]));
    const shares = tf.softmax(tf.matMul(q, k, false, true).mul(1 / Math.sqrt(size)).add(mask));
    const attended = tf.matMul(shares, v).transpose([0, 2, 1, 3]).reshape([rows, d]);
    x = x.add(attended.matMul(of('wo')).add(of('bo')));
    const inner = gelu(layerNorm(x, of('ln2g'), of('ln2b')).matMul(of('w1')).add(of('b1')));
    x = x.add(inner.matMul(of('w2')).add(of('b2')));
  }
  return layerNorm(x, p.lnfg, p.lnfb).matMul(p.head);
}

globalThis.run = async ({ device, shape, warmUp, steps }) => {
  if (device === 'wasm') tf.wasm.setWasmPaths(FILES);
  if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js has no ${device} here`);
  await tf.ready();
  const p = Object.fromEntries(
    initialParameters(shape).map(([name, sizes, numbers]) => [
      name,
      tf.variable(tf.tensor(numbers, sizes), true, name),
    ]),
  );
  const variables = Object.values(p);
  const { lr, b1, b2, eps, wd } = ADAMW;
  const adam = tf.train.adam(lr, b1, b2, eps);
  const { context, vocab } = shape;
  const ahead = (_, place) => (place % context > Math.floor(place / context) ? -1e9 : 0);
  const mask = tf.tensor(Float32Array.from({ length: context * context }, ahead), [1, 1, context, context]);
  return timed(
    async (i) => {
      const { x, y } = batchOf(i, shape);
      const value = tf.tidy(() => {
        const ids = tf.tensor1d(x, 'int32');
        const targets = tf.oneHot(tf.tensor1d(y, 'int32'), vocab);
        const loss = () => tf.losses.softmaxCrossEntropy(targets, logits(p, ids, mask, shape));
        const { value, grads } = tf.variableGrads(loss, variables);
        for (const variable of variables) variable.assign(variable.mul(1 - lr * wd));
        adam.applyGradients(grads);
        return value;
      });
      const [loss] = await value.data();
      value.dispose();
      return loss;
    },
    { warmUp, steps },
  );
};
