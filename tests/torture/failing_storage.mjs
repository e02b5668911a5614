// Runs in the page before anything of it: calls to IndexedDB fail, as many of them as
// `storageFails` says (a share of 1), in an order that follows from the seed.

export function FAILING_STORAGE(seed) {
  globalThis.storageFails = 0;
  let state = seed >>> 0;
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const failing = (prototype, method) => {
    const usual = prototype[method];
    prototype[method] = function (...args) {
      if (unit() < globalThis.storageFails) {
        throw new DOMException('the storage is out of order', 'UnknownError');
      }
      return usual.apply(this, args);
    };
  };
  for (const method of ['put', 'get', 'getAll', 'getAllKeys', 'delete', 'clear']) {
    failing(IDBObjectStore.prototype, method);
  }
  failing(IDBDatabase.prototype, 'transaction');
  // What was taken and is taken back: the failure comes later, and gives no reason.
  const commit = IDBTransaction.prototype.commit;
  IDBTransaction.prototype.commit = function () {
    if (unit() < globalThis.storageFails) this.abort();
    else commit.call(this);
  };
}
