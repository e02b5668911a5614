// Browsers that keep less than they might: scripts that run in the page before anything of it.

/** Every mention of these properties of the window, or of the navigator, throws. */
export function REFUSED(names) {
  for (const name of names) {
    const owner = name in Navigator.prototype ? Navigator.prototype : globalThis;
    Object.defineProperty(owner, name, {
      configurable: true,
      get() {
        throw new DOMException(`${name} is refused`, 'SecurityError');
      },
    });
  }
}

/** These properties are not there at all, as on an insecure address or in an old browser. */
export function MISSING(names) {
  for (const name of names) {
    const owner = name in Navigator.prototype ? Navigator.prototype : globalThis;
    Object.defineProperty(owner, name, { configurable: true, value: undefined });
  }
}

/**
 * Calls to IndexedDB fail as long as `failing` names them: `{ read: true }`,
 * `{ write: true }`, or both. A failing write fails at once or, with `late`, by an aborted
 * transaction.
 */
export function FAILING() {
  globalThis.failing = JSON.parse(sessionStorage.getItem('failing') ?? '{}');
  const out = () => {
    throw new DOMException('the storage is out of order', 'UnknownError');
  };
  const wrap = (method, before) => {
    const usual = IDBObjectStore.prototype[method];
    IDBObjectStore.prototype[method] = function (...args) {
      const request = usual.apply(this, args);
      before(this);
      return request;
    };
  };
  for (const method of ['get', 'getAll', 'getAllKeys']) {
    wrap(method, () => globalThis.failing.read && out());
  }
  for (const method of ['put', 'delete', 'clear']) {
    wrap(method, ({ transaction }) => {
      if (globalThis.failing.late) {
        transaction.commit = () => transaction.abort();
      } else if (globalThis.failing.write) {
        out();
      }
    });
  }
}

/** The first opening of a database after each load is never answered. */
export function SILENT() {
  const usual = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...args) {
    IDBFactory.prototype.open = usual;
    const request = usual.apply(this, args);
    for (const type of ['success', 'error', 'upgradeneeded', 'blocked']) {
      request.addEventListener(type, (event) => {
        if (type === 'upgradeneeded') request.transaction.abort();
        event.stopImmediatePropagation();
      });
    }
    Object.defineProperty(request, 'readyState', { value: 'pending' });
    return request;
  };
}

/**
 * As long as `deaf` says `read` or `write`, no such transaction is answered; `unanswered`
 * counts them. A minute passes in half a second.
 */
export function DEAF() {
  globalThis.deaf = JSON.parse(sessionStorage.getItem('deaf') ?? '{}');
  globalThis.unanswered = 0;
  const usual = globalThis.setTimeout;
  globalThis.setTimeout = (act, ms, ...more) => usual(act, ms === 60_000 ? 500 : ms, ...more);
  const stop = (event) => event.stopImmediatePropagation();
  for (const method of ['get', 'getAll', 'getAllKeys']) {
    const get = IDBObjectStore.prototype[method];
    IDBObjectStore.prototype[method] = function (...args) {
      const request = get.apply(this, args);
      if (globalThis.deaf.read) {
        globalThis.unanswered += 1;
        request.addEventListener('success', stop);
        request.addEventListener('error', stop);
      }
      return request;
    };
  }
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    const transaction = begin.call(this, stores, mode, ...more);
    if (mode === 'readwrite' && globalThis.deaf.write) {
      globalThis.unanswered += 1;
      transaction.addEventListener('complete', stop);
      transaction.addEventListener('abort', stop);
    }
    return transaction;
  };
}
