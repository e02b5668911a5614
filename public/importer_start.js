// The importer's first file: fetches its wasm in the page's version and hands over to it.
const early = [];
self.onmessage = (message) => early.push(message);

// Hosts that a policy of whoever serves the page closes: what failed can then say why.
const closed = (globalThis.tiltClosedHosts = new Set());
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  if (effectiveDirective === 'connect-src' && /^\w+:/.test(blockedURI)) closed.add(new URL(blockedURI).host);
});

const address = (file) => new URL(`./${file}${self.location.search}`, import.meta.url);

async function start() {
  const { default: init } = await import(address('importer.js'));
  await init({ module_or_path: address('importer_bg.wasm') });
  early.forEach((message) => self.onmessage(message));
}

start().catch((reason) => {
  const fetch = { url: 'importer_bg.wasm', reason: String(reason?.message ?? reason) };
  self.postMessage({ json: JSON.stringify({ failed: { error: { fetch } } }) });
});
