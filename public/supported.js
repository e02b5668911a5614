// Runs before anything else: a browser that cannot run Tilt says what is missing, instead of
// an error that nobody understands. The words stand in the page, in a template.
(() => {
  /** One function with a vector of SIMD in it. */
  const hasSimd = () =>
    WebAssembly.validate(
      new Uint8Array([
        0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
        253, 98, 11,
      ]),
    );
  /** A browser that knows module workers asks of what type the worker is to be. */
  const hasModuleWorkers = () => {
    let isAsked = false;
    const options = {
      get type() {
        isAsked = true;
        return 'module';
      },
    };
    try {
      // No address: options are read before anybody looks at it, and nothing is started.
      new Worker('https://[', options).terminate();
    } catch {
      // As was to be expected.
    }
    return isAsked;
  };
  const missing =
    typeof WebAssembly !== 'object'
      ? 'WebAssembly'
      : !hasSimd()
        ? 'WebAssembly SIMD'
        : typeof Worker !== 'function' || !hasModuleWorkers()
          ? 'module workers'
          : undefined;
  // Without an origin of its own, as in a frame's sandbox, a page may not load its own modules.
  const isCutOff = self.origin === 'null';
  if (!missing && !isCutOff) return;
  // What follows in the page would only fail: inside a template nothing runs.
  document.write('<template>');
  addEventListener('DOMContentLoaded', () => {
    const id = missing ? 'unsupported' : 'cut-off';
    const message = document.getElementById(id).content.cloneNode(true);
    if (missing) message.querySelector('.missing').textContent = missing;
    else message.querySelector('a').href = location.href;
    document.body.append(message);
  });
})();
