// The module worker's first file: fetches the engine with progress, then hands over
// to it. Messages are those of engine/protocol: {json, buffers}.
import init from "./worker.js";

const post = (event) => self.postMessage({ json: JSON.stringify({ id: null, event }), buffers: [] });

// Requests that arrive before the engine listens wait here.
const early = [];
self.onmessage = (message) => early.push(message);

/** The response again, telling the page how many bytes have come. */
function counted(response) {
  const encoded = response.headers.has("content-encoding");
  const total = encoded ? null : Number(response.headers.get("content-length")) || null;
  let received = 0;
  let told = 0;
  const count = new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (received - told > 65536) {
        told = received;
        post({ fetching: { what: "engine", received, total } });
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(count), {
    headers: { "content-type": "application/wasm" },
  });
}

async function start() {
  const url = new URL("./worker_bg.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  await init({ module_or_path: counted(response) });
  early.forEach((message) => self.onmessage(message));
}

start().catch((reason) => {
  const fetch = { url: "worker_bg.wasm", reason: String(reason?.message ?? reason) };
  post({ failed: { error: { fetch } } });
});
