// Keeps the page in the browser, whole and of one build, so that it works without a network.
// The build writes what there is to keep above this: `{ version, engine, files: { path: [sha256,
// bytes] } }`; `engine` is the version that stands in the addresses of the engine's files.
const BUILD = self.TILT_BUILD ?? { version: '', engine: '', files: {} };

const SCOPE = self.registration.scope;
/** Caches are the whole origin's: these are of the page in this folder. */
const PREFIX = `tilt ${SCOPE} `;
const NAME = PREFIX + BUILD.version;
/** What a kept file says of itself. */
const DIGEST = 'x-tilt-sha256';
/** A cache that does not answer by then is left for the network. */
const SLOW_MS = 4000;
/** Files that are fetched at a time. */
const AT_ONCE = 4;

const address = (path) => new URL(path, SCOPE).href;

/** Whether the browser has relaxed SIMD, as public/engine.js asks. */
const hasRelaxedSimd = WebAssembly.validate(
  new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15,
    65, 2, 253, 15, 65, 3, 253, 15, 253, 133, 2, 11,
  ]),
);
const isRelaxed = (path) => path.startsWith('worker_relaxed');
const isEngine = (path) => /^worker(_relaxed)?(_bg)?\./.test(path);
const hasBoth = Object.keys(BUILD.files).some(isRelaxed);

/** Kept unasked: all but the largest model and the build of the engine that is not run here. */
const isKeptUnasked = (path) =>
  !path.startsWith('models/base/') &&
  (!isEngine(path) || !hasBoth || isRelaxed(path) === hasRelaxedSimd);

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The file as this build has it, or an error: never that of another build. */
async function fetched(path) {
  const response = await fetch(address(path), { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${path}: the server answered ${response.status}`);
  const bytes = await response.arrayBuffer();
  const [expected] = BUILD.files[path];
  if ((await sha256(bytes)) !== expected) throw new Error(`${path}: a file of another build`);
  const headers = { [DIGEST]: expected, 'content-length': String(bytes.byteLength) };
  const type = response.headers.get('content-type');
  return new Response(bytes, { headers: type ? { ...headers, 'content-type': type } : headers });
}

/** The same file, where an earlier build has it. */
async function fromEarlier(path) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX) || name === NAME) continue;
    const kept = await (await caches.open(name)).match(address(path));
    if (kept?.headers.get(DIGEST) === BUILD.files[path][0]) return kept;
  }
  return undefined;
}

/** Keeps all of these, those that are there already aside; tells how many bytes have come. */
async function keep(paths, tell = () => {}) {
  const cache = await caches.open(NAME);
  const waiting = [...paths];
  let bytes = 0;
  const next = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      if (!(await cache.match(address(path)))) {
        await cache.put(address(path), (await fromEarlier(path)) ?? (await fetched(path)));
      }
      bytes += BUILD.files[path][1];
      tell(bytes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** Opens no cache that is not there: what was erased stays erased. */
async function missing() {
  const paths = Object.keys(BUILD.files);
  if (!(await caches.has(NAME))) return paths;
  const cache = await caches.open(NAME);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  return paths.filter((path) => !kept.has(address(path)));
}

/** As `keep`, where something is kept already. */
async function keepMore(paths, tell) {
  if (!(await caches.has(NAME))) throw new Error('nothing is kept in this browser any more');
  await keep(paths, tell);
}

const total = (paths) => paths.reduce((sum, path) => sum + BUILD.files[path][1], 0);

self.addEventListener('install', (event) => {
  event.waitUntil(keep(Object.keys(BUILD.files).filter(isKeptUnasked)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
      try {
        // What was kept when asked for stays kept.
        const cache = await caches.open(NAME);
        for (const path of await missing()) {
          const earlier = await fromEarlier(path);
          if (earlier) await cache.put(address(path), earlier);
        }
      } catch {
        // There is no room for it: it comes from the network again.
      }
      await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

/** The path in the build, of a request for one of its files. */
function pathOf(request) {
  const { origin, pathname, searchParams } = new URL(request.url);
  // A page of another build asks for the engine of that build.
  const version = searchParams.get('v');
  if (version && version !== BUILD.engine) return undefined;
  const inside = decodeURIComponent((origin + pathname).slice(SCOPE.length));
  const path = inside === '' ? 'index.html' : inside;
  return path in BUILD.files ? path : undefined;
}

/** By name, which opens no cache that is not there. */
const kept = (path) => caches.match(address(path), { cacheName: NAME });

async function answer(request, path) {
  const late = new Promise((resolve) => {
    setTimeout(resolve, SLOW_MS);
  });
  const found = kept(path).catch(() => undefined);
  const first = await Promise.race([found, late]);
  if (first) return first;
  try {
    const response = await fetch(request);
    if (response.ok && isKeptUnasked(path)) mend(path).catch(() => {});
    return response;
  } catch (error) {
    // Without a network a slow cache is better than none.
    const slow = await found;
    if (slow) return slow;
    throw error;
  }
}

/** A file that the browser has dropped is kept again, where the server still has it. */
const mend = (path) => keepMore([path]);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(SCOPE)) return;
  if (request.headers.has('range')) return;
  const path = pathOf(request);
  if (path) event.respondWith(answer(request, path));
});

self.addEventListener('message', (event) => {
  const [port] = event.ports;
  const say = (message) => port?.postMessage(message);
  const act = {
    /** What is kept, and what there is besides. */
    state: async () => {
      const left = await missing();
      say({ version: BUILD.version, kept: total(Object.keys(BUILD.files)) - total(left), left: total(left) });
    },
    keepAll: async () => {
      const left = await missing();
      const of = total(left);
      await keepMore(left, (bytes) => say({ bytes, of }));
      say({ done: true });
    },
    /** Takes the place of an earlier build, where no other tab shows that one. */
    takeOver: async () => {
      const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      const pages = all.filter(({ url }) => url.startsWith(SCOPE));
      if (pages.length > 1) say({ others: pages.length - 1 });
      else await self.skipWaiting();
    },
  }[event.data];
  if (act) event.waitUntil(act().catch((error) => say({ failed: String(error.message ?? error) })));
});
