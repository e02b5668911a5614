// jax-js: the whole step (forward, cross-entropy, backward, AdamW) in one jit()ed function.
// The embedding is looked up by a one-hot matmul, since jax-js 0.1.25 cannot differentiate a
// gather inside jit().
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { ADAMW, LN_EPS, batchOf, initialParameters, timed } from './step.js';

const layerNorm = (x, gain, bias) => nn.standardize(x, -1, { epsilon: LN_EPS }).mul(gain).add(bias);

/** Each of `p` is used exactly once: jax-js counts references. */
function logits(p, ids, { layers, d_model: d, heads, vocab, context, batch }) {
  const rows = batch * context;
  let x = np.matmul(nn.oneHot(ids, vocab), p.wte);
  x = x.reshape([batch, context, d]).add(p.wpe).reshape([rows, d]);
  for (let layer = 0; layer < layers; layer += 1) {
    const of = (part) => p[`h${layer}.${part}`];
    const qkv = np
      .matmul(layerNorm(x.ref, of('ln1g'), of('ln1b')), of('wqkv'))
      .add(of('bqkv'))
      .reshape([batch, context, 3, heads, d / heads]);
    const q = qkv.ref.slice([], [], 0);
    const k = qkv.ref.slice([], [], 1);
    const v = qkv.slice([], [], 2);
    const attended = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([rows, d]);
    x = x.add(np.matmul(attended, of('wo')).add(of('bo')));
    const inner = nn.gelu(np.matmul(layerNorm(x.ref, of('ln2g'), of('ln2b')), of('w1')).add(of('b1')));
    x = x.add(np.matmul(inner, of('w2')).add(of('b2')));
  }
  return np.matmul(layerNorm(x, p.lnfg, p.lnfb), p.head);
}

globalThis.run = async ({ device, shape, warmUp, steps }) => {
  const available = await init();
  if (!available.includes(device)) throw new Error(`jax-js has no ${device} here, only ${available}`);
  defaultDevice(device);
  const drawn = initialParameters(shape);
  const arrays = (of) =>
    Object.fromEntries(drawn.map(([name, sizes, numbers]) => [name, np.array(of(numbers)).reshape(sizes)]));
  let parameters = arrays((numbers) => numbers);
  let first = arrays((numbers) => new Float32Array(numbers.length));
  let second = arrays((numbers) => new Float32Array(numbers.length));
  await blockUntilReady([parameters, first, second]);

  const scored = shape.batch * shape.context;
  const loss = (p, x, y) => {
    const logProbs = nn.logSoftmax(logits(p, x, shape), -1);
    return logProbs.mul(nn.oneHot(y, shape.vocab)).sum().mul(-1 / scored);
  };
  const { lr, b1, b2, eps, wd } = ADAMW;
  const step = jit((p, m, v, x, y, c1, c2) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(p), x, y);
    const [newP, newM, newV] = [{}, {}, {}];
    for (const name of Object.keys(p)) {
      const mean = m[name].mul(b1).add(gradient[name].ref.mul(1 - b1));
      const square = v[name].mul(b2).add(np.square(gradient[name]).mul(1 - b2));
      const update = mean.ref.mul(c1.ref).div(np.sqrt(square.ref.mul(c2.ref)).add(eps));
      newP[name] = p[name].ref.sub(update.add(p[name].mul(wd)).mul(lr));
      newM[name] = mean;
      newV[name] = square;
    }
    c1.dispose();
    c2.dispose();
    return [newP, newM, newV, value];
  });
  return timed(
    async (i) => {
      const { x, y } = batchOf(i, shape);
      const c1 = np.array(1 / (1 - b1 ** (i + 1)));
      const c2 = np.array(1 / (1 - b2 ** (i + 1)));
      let value;
      [parameters, first, second, value] = step(parameters, first, second, np.array(x), np.array(y), c1, c2);
      return (await value.data())[0];
    },
    { warmUp, steps },
  );
};
