// What one thread of WebAssembly can do in this browser: multiplications and additions with
// nothing to load, enough of them under way to hide how long each takes.

const ACCUMULATORS = 10;
const LANES = 4;
const TURNS = 10_000_000;
const RUNS = 5;

const F32X4_MUL = [0xfd, 0xe6, 0x01];
const F32X4_ADD = [0xfd, 0xe4, 0x01];
const F32X4_RELAXED_MADD = [0xfd, 0x85, 0x02];
const F32X4_SPLAT = [0xfd, 0x13];
const F32X4_EXTRACT_FIRST = [0xfd, 0x1f, 0x00];
const F32_ADD = 0x92;
const f32 = (number) => [0x43, ...new Uint8Array(new Float32Array([number]).buffer)];
const get = (local) => [0x20, local];
const set = (local) => [0x21, local];

/** `run(turns)`: as often, every accumulator becomes itself times 0.999 plus 0.001. */
function module(usesRelaxed) {
  const [factor, summand] = [ACCUMULATORS + 1, ACCUMULATORS + 2];
  const accumulators = Array.from({ length: ACCUMULATORS }, (_, index) => index + 1);
  const turn = accumulators.flatMap((one) => [
    ...get(one),
    ...get(factor),
    ...(usesRelaxed ? [] : F32X4_MUL),
    ...get(summand),
    ...(usesRelaxed ? F32X4_RELAXED_MADD : F32X4_ADD),
    ...set(one),
  ]);
  const body = [
    // One group of locals, all of them vectors.
    ...[1, ACCUMULATORS + 2, 0x7b],
    ...f32(0.999), ...F32X4_SPLAT, ...set(factor),
    ...f32(0.001), ...F32X4_SPLAT, ...set(summand),
    // loop { turn; turns -= 1; if turns, again }
    ...[0x03, 0x40], ...turn, ...get(0), ...[0x41, 1, 0x6b, 0x22, 0], ...[0x0d, 0, 0x0b],
    // Their sum, so that nothing is left out.
    ...f32(0), ...accumulators.flatMap((one) => [...get(one), ...F32X4_EXTRACT_FIRST, F32_ADD]),
    0x0b,
  ];
  const size = (bytes) => (bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]);
  const sized = (bytes) => [...size(bytes), ...bytes];
  const section = (id, bytes) => [id, ...sized(bytes)];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // (i32) -> f32
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...sized([...new TextEncoder().encode('run')]), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ]);
}

/** In GFLOP/s, the fastest of some runs; null where the browser has no such instructions. */
async function peak(usesRelaxed) {
  const bytes = module(usesRelaxed);
  if (!WebAssembly.validate(bytes)) return null;
  const { instance } = await WebAssembly.instantiate(bytes);
  let fastest = Infinity;
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    instance.exports.run(TURNS);
    fastest = Math.min(fastest, performance.now() - start);
  }
  return (2 * LANES * ACCUMULATORS * TURNS) / fastest / 1e6;
}

globalThis.run = async () => ({ plain: await peak(false), relaxed: await peak(true) });
