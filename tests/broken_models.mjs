// Damaging the files of a model on purpose.

const LENGTH_BYTES = 8;

/** The first half of a file. */
export function cutShort(bytes) {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** A safetensors file in whose header one tensor has another shape of the same size. */
export function withShapeOf(bytes, tensorName, change) {
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + headerLength));
  const name = Object.keys(header).find((candidate) => tensorName.test(candidate));
  if (!name) throw new Error(`no tensor is called ${tensorName}`);
  header[name].shape = change(header[name].shape);

  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES, ' ');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), bytes.subarray(LENGTH_BYTES + headerLength)]);
}
