// Comes after the page: has the browser keep it for use without a network (public/sw.js), where
// that is wanted and allowed. The page asks `globalThis.tiltOffline`, and hears `tilt-offline`.

/** A browser that has not answered by then is taken to have no service workers. */
const PATIENCE_MS = 10_000;
/** Looks for a new build this often while the page is open. */
const LOOK_MS = 30 * 60_000;

const root = document.documentElement;
/** Why nothing is kept, in a word; undefined where it is. */
const reason =
  self !== top || 'embed' in root.dataset
    ? 'frame'
    : !/^https?:$/.test(location.protocol)
      ? 'protocol'
      : !self.isSecureContext
        ? 'insecure'
        : !('serviceWorker' in navigator) || !('caches' in self)
          ? 'browser'
          : undefined;

const offline = (globalThis.tiltOffline = {
  state: reason ? `none:${reason}` : 'coming',
  /** Safari, whose engine alone calls itself AppleWebKit and not Chrome, erases it after seven days. */
  keepsShortly: /AppleWebKit/.test(navigator.userAgent) && !/Chrom/.test(navigator.userAgent),
  keepAll,
  takeOver,
  told,
});
// Erased (public/start.js), in this tab or before this script came: nothing is kept until the page is
// opened again.
addEventListener('tilt-erased', () => become('none:erased'));
let registration;

function become(state) {
  if (offline.state === 'none:erased') return;
  offline.state = state;
  dispatchEvent(new Event('tilt-offline'));
}

const inTime = (promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error('the browser does not answer')), PATIENCE_MS);
    }),
  ]);

/** Asks a service worker; `hear` takes each answer and says whether it was the last. */
function ask(worker, message, hear) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (hear(data)) {
        port1.close();
        resolve(data);
      }
    };
    worker.postMessage(message, [port2]);
  });
}

/** `{ version, kept, left }` in bytes, or undefined where nothing is kept. */
async function told() {
  const worker = registration?.active;
  return worker && inTime(ask(worker, 'state', () => true)).catch(() => undefined);
}

/** Keeps everything; `onBytes(bytes, of)` on the way. Undefined, or what went wrong. */
async function keepAll(onBytes) {
  const worker = registration?.active;
  if (!worker) return 'no service worker';
  const last = await ask(worker, 'keepAll', (data) => {
    if (data.of !== undefined) onBytes(data.bytes, data.of);
    return data.done || data.failed !== undefined;
  });
  return last.failed;
}

/** The new build takes over and the page starts anew; how many other tabs are in the way. */
async function takeOver() {
  const worker = registration?.waiting;
  if (!worker) return 0;
  const reload = () => location.reload();
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
  const answer = await Promise.race([
    ask(worker, 'takeOver', () => true),
    new Promise((resolve) => {
      setTimeout(() => resolve({}), PATIENCE_MS);
    }),
  ]);
  if (answer.others) navigator.serviceWorker.removeEventListener('controllerchange', reload);
  return answer.others ?? 0;
}

function watch(worker) {
  const look = () => {
    if (worker.state === 'redundant' && offline.state === 'coming') become('none:refused');
    else if (registration.waiting && registration.active) become('update');
    else if (registration.active) become('kept');
  };
  worker.addEventListener('statechange', look);
  look();
}

async function start() {
  try {
    registration = await inTime(navigator.serviceWorker.register(new URL('sw.js', document.baseURI)));
    if (!registration) throw new Error('there is no registration');
    if (globalThis.tiltErased) {
      await globalThis.tiltForget();
      return;
    }
  } catch {
    // The host or the browser forbids it: everything else works.
    become('none:refused');
    return;
  }
  registration.addEventListener('updatefound', () => watch(registration.installing));
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker) watch(worker);
  setInterval(() => registration.update().catch(() => {}), LOOK_MS);
}

if (globalThis.tiltErased) become('none:erased');
else if (!reason) start();
