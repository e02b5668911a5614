// The engine by itself: a module worker of the page's, spoken to as
// engine/protocol/src/message/ says. For what the page does not show.

/**
 * Runs inside the page: starts an engine, sends each command in turn and returns the
 * events that answer them. A command is `{ command, buffers }` with base64 buffers;
 * commands and events are `{ name: fields }`.
 */
async function converse({ device, commands }) {
  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
  const worker = new Worker('./engine.js', { type: 'module' });
  const waiting = new Map();
  let greet;
  const ready = new Promise((resolve) => {
    greet = resolve;
  });
  worker.onmessage = ({ data }) => {
    const { id, event } = JSON.parse(data.json);
    if (event.ready) greet(event.ready.protocol_version);
    if (event.failed && id === null) throw new Error(data.json);
    waiting.get(id)?.(event);
  };
  const ask = (id, command, buffers = []) =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
      const transfer = buffers.map(bytes);
      worker.postMessage({ json: JSON.stringify({ id, command }), buffers: transfer }, transfer);
    });
  const version = await ready;
  const start = { start: { protocol_version: version, device } };
  const answers = [await ask(1, start)];
  for (const [index, { command, buffers }] of commands.entries()) {
    answers.push(await ask(index + 2, command, buffers));
  }
  worker.terminate();
  return answers;
}

/**
 * The reports of rows scored on a device, and the device's kind. `model` and
 * `reference` are `{ config, weights }` with weights in base64; each of `tasks` is
 * `{ config, rows }`.
 */
export async function scoreInBrowser(page, device, model, reference, tasks) {
  const files = {
    name: 'golden',
    config: model.config,
    tokenizer: EMPTY_TOKENIZER,
    tokenizer_config: null,
  };
  const scores = tasks.map(({ config, rows }) => ({
    command: {
      score: {
        config: JSON.stringify(config),
        data: rows.map((row) => JSON.stringify(row)).join('\n'),
      },
    },
    buffers: [reference.weights],
  }));
  const load = { load_model: { source: { files } } };
  const commands = [{ command: load, buffers: [model.weights] }, ...scores];
  const [started, loaded, ...answers] = await page.evaluate(converse, { device, commands });
  if (!loaded.model_loaded) throw new Error(JSON.stringify(loaded));
  return {
    kind: started.device_ready.kind,
    reports: answers.map((answer) => (answer.scored ? JSON.parse(answer.scored.report) : answer)),
  };
}

/**
 * The tokens of texts, each as `{ id, token }`, as the engine in the page has them. `model`
 * is `{ config, weights, tokenizer, tokenizer_config }` with weights in base64; `start` is a
 * special token, and stands before each text so that all of it is a completion. The
 * end-of-text token is the last one.
 */
export async function tokensInBrowser(page, model, start, texts) {
  const { weights, ...files } = model;
  const load = { load_model: { source: { files: { name: 'tokens', ...files } } } };
  const watches = texts.map((chosen) => ({
    command: {
      watch: { example: { row: 'pair', prompt: start, chosen, rejected: '' }, against: null },
    },
  }));
  const commands = [{ command: load, buffers: [weights] }, ...watches];
  const [, loaded, ...answers] = await page.evaluate(converse, { device: 'cpu', commands });
  if (!loaded.model_loaded) throw new Error(JSON.stringify(loaded));
  return answers.map((answer) => {
    if (!answer.inspected) throw new Error(JSON.stringify(answer));
    return answer.inspected.inspection.chosen.completion.map(({ id, token }) => ({ id, token }));
  });
}

/** For models that are only shown ids. */
const EMPTY_TOKENIZER = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { '?': 0 }, unk_token: '?' },
});
