// The module worker's first file: fetches the engine with progress, then hands over
// to it. Messages are those of engine/protocol: {json, buffers}.
const post = (event) => self.postMessage({ json: JSON.stringify({ id: null, event }), buffers: [] });

// Requests that arrive before the engine listens wait here.
const early = [];
self.onmessage = (message) => early.push(message);

/** Whether the browser has relaxed SIMD: a function of one f32x4.relaxed_madd. */
function hasRelaxedSimd() {
  return WebAssembly.validate(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15,
      65, 2, 253, 15, 65, 3, 253, 15, 253, 133, 2, 11,
    ]),
  );
}

/** The fastest build that is there and that the browser can run, or the one asked for. */
function chooseBuild(builds) {
  const asked = new URL(self.location.href).searchParams.get('simd');
  const isUsable = builds.includes('relaxed') && hasRelaxedSimd();
  return isUsable && asked !== 'plain' ? 'worker_relaxed' : 'worker';
}

/** The response again, telling the page how many bytes have come. */
function counted(response) {
  const encoded = response.headers.has('content-encoding');
  const total = encoded ? null : Number(response.headers.get('content-length')) || null;
  let received = 0;
  let told = 0;
  const count = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (received - told > 65536) {
        told = received;
        post({ fetching: { what: 'engine', received, total } });
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), {
    headers: { 'content-type': 'application/wasm' },
  });
}

/** The engine as the server has it: compiled while it comes. */
async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return counted(response);
}

/** A helper's first message is the engine, compiled, from the worker that it helps. */
function handedOver() {
  if (early.length > 0) return early.shift().data;
  return new Promise((resolve) => {
    self.onmessage = ({ data }) => {
      self.onmessage = (message) => early.push(message);
      resolve(data);
    };
  });
}

let wanted = 'worker_bg.wasm';

/** Holds the lock of this worker's name: the page gets it when the worker is no more. */
function holdLock() {
  if (self.name === 'helper' || !self.name || !navigator.locks) return undefined;
  return new Promise((resolve) => {
    navigator.locks.request(self.name, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}

async function start() {
  await holdLock();
  // The page's version of the engine stands in this file's address, and so in all others.
  const address = (file) => new URL(`./${file}${self.location.search}`, import.meta.url);
  await import(address('gpu_calls.js'));
  const { builds } = await import(address('engines.js'));
  const build = chooseBuild(builds);
  wanted = `${build}_bg.wasm`;
  const { default: init } = await import(address(`${build}.js`));
  const engine = self.name === 'helper' ? handedOver() : fetched(address(wanted));
  await init({ module_or_path: await engine });
  early.forEach((message) => self.onmessage(message));
}

start().catch((reason) => {
  const fetch = { url: wanted, reason: String(reason?.message ?? reason) };
  post({ failed: { error: { fetch } } });
});
