// A model folder as older tools wrote it.
import fs from 'node:fs';
import path from 'node:path';

/**
 * The files of a model folder, `[{ name, bytes }]`, with its tokenizer as vocab.json and
 * merges.txt and its chat template in a file of its own.
 */
export function asOlderFolder(folder) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  const tokenizer = JSON.parse(read('tokenizer.json'));
  const { chat_template: template, ...config } = JSON.parse(read('tokenizer_config.json'));
  config.added_tokens_decoder = Object.fromEntries(
    tokenizer.added_tokens.map(({ id, ...token }) => [id, token]),
  );
  const merges = tokenizer.model.merges.map((merge) => [merge].flat().join(' '));
  const texts = {
    'vocab.json': JSON.stringify(tokenizer.model.vocab),
    'merges.txt': ['#version: 0.2', ...merges, ''].join('\n'),
    'tokenizer_config.json': JSON.stringify(config),
    'chat_template.jinja': template,
  };
  return [
    ...['config.json', 'model.safetensors'].map((name) => ({ name, bytes: read(name) })),
    ...Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  ];
}
