// Starts the page. The build writes the names that the page's files have into it.
import start from './tilt-app.js';

// Hosts that a policy of whoever serves the page closes: what failed can then say why.
const closed = (globalThis.tiltClosedHosts = new Set());
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  if (effectiveDirective === 'connect-src' && /^\w+:/.test(blockedURI)) closed.add(new URL(blockedURI).host);
});

/** Takes away what public/sw.js has kept, whether or not public/offline.js has come. */
globalThis.tiltForget = async () => {
  globalThis.tiltErased = true;
  const scope = new URL('./', document.baseURI).href;
  const names = self.caches ? await caches.keys() : [];
  await Promise.all(names.filter((name) => name.startsWith(`tilt ${scope} `)).map((name) => caches.delete(name)));
  const registration = await navigator.serviceWorker?.getRegistration(scope);
  if (registration?.scope === scope) await registration.unregister();
  dispatchEvent(new Event('tilt-erased'));
};

start({ module_or_path: './tilt-app_bg.wasm' });
