// wllama: llama.cpp as WebAssembly, in a worker of its own. A step's prompts are asked for at
// once, and llama.cpp's server works on all of them together.
import { Wllama, LoggerWithoutDebug } from './node_modules/@wllama/wllama/esm/index.js';
import { answerLength, timedAnswers } from './answers.js';
import { ggufModel, idsOf, textOf } from './gguf.js';

const WASM = new URL('./node_modules/@wllama/wllama/esm/wasm/wllama.wasm', import.meta.url).href;

/** Without its top-k, top-p, min-p and penalties. */
const AS_IS = { samplers: ['temperature'], temperature: 1 };

globalThis.run = async (task) => {
  const { shape } = task;
  const { batch, context } = shape;
  const wllama = new Wllama({ default: WASM }, { logger: LoggerWithoutDebug });
  await wllama.loadModel([ggufModel(shape)], {
    n_gpu_layers: 0,
    n_threads: 1,
    n_ctx: batch * context,
    n_parallel: batch,
  });
  const answer = async (prompt, settings) => {
    const { choices } = await wllama.createCompletion({
      // It takes no ids.
      prompt: textOf(prompt),
      max_tokens: answerLength(shape),
      // Each prompt is read anew.
      cache_prompt: false,
      ...settings,
    });
    return idsOf(choices[0].text);
  };
  return timedAnswers(
    {
      sample: (prompts) => Promise.all(prompts.map((prompt) => answer(prompt, AS_IS))),
      greedy: (prompt) => answer(prompt, { temperature: 0 }),
    },
    task,
  );
};
