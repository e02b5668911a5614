// transformers.js: its generate() on ONNX Runtime Web, one thread or WebGPU.
import { GPT2LMHeadModel, Tensor, env } from '@huggingface/transformers';
import { answerLength, timedAnswers } from './answers.js';
import { onnxModel } from './onnx.js';

const RUNTIME = new URL('./node_modules/onnxruntime-web/dist/', import.meta.url).href;
/** Which build of the runtime has what the device needs. */
const BUILDS = { wasm: 'ort-wasm-simd-threaded', webgpu: 'ort-wasm-simd-threaded.asyncify' };

/** The model's files by their ends; nothing else is fetched by the library. */
function filesOf(shape) {
  const { layers, d_model, heads, vocab, context } = shape;
  const config = {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    n_layer: layers,
    n_embd: d_model,
    n_head: heads,
    n_positions: context,
    vocab_size: vocab,
  };
  return { 'onnx/model.onnx': onnxModel(shape), 'config.json': JSON.stringify(config) };
}

globalThis.run = async (task) => {
  const { device, shape } = task;
  const files = filesOf(shape);
  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.fetch = async (url) => {
    const name = Object.keys(files).find((end) => String(url).endsWith(`/gpt2/${end}`));
    return name ? new Response(files[name]) : new Response('', { status: 404 });
  };
  const { wasm } = env.backends.onnx;
  wasm.numThreads = 1;
  wasm.wasmPaths = { mjs: `${RUNTIME}${BUILDS[device]}.mjs`, wasm: `${RUNTIME}${BUILDS[device]}.wasm` };
  const model = await GPT2LMHeadModel.from_pretrained('gpt2', { device, dtype: 'fp32' });

  const answer = async (prompts, settings) => {
    const [rows, length] = [prompts.length, prompts[0].length];
    const inputs = new Tensor('int64', BigInt64Array.from(prompts.flat(), BigInt), [rows, length]);
    const all = await model.generate({ inputs, max_new_tokens: answerLength(shape), ...settings });
    return all.tolist().map((ids) => ids.slice(length).map(Number));
  };
  const result = await timedAnswers(
    {
      // Without a top-k, which is 50 otherwise.
      sample: (prompts) => answer(prompts, { do_sample: true, temperature: 1, top_k: 0 }),
      greedy: async (prompt) => (await answer([prompt], { do_sample: false }))[0],
    },
    task,
  );
  if (device === 'webgpu' && !result.dispatches_per_step) throw new Error('nothing was computed on WebGPU');
  return result;
};
