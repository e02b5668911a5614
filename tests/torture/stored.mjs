// What lies in the browser's storage, read past the page.

/**
 * Runs in the page: how many records each table has, and everything in the tables of these
 * names as `[key, value]`. No database counts as an empty one.
 */
async function readDatabase(whole) {
  const nothing = { records: {}, tables: Object.fromEntries(whole.map((name) => [name, []])) };
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('tilt');
    // There is none: a look does not make one, in the page's way. (`indexedDB.databases()`
    // is never answered where site data are cleared just then.)
    request.onupgradeneeded = () => request.transaction.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      request.error.name === 'AbortError' ? resolve(null) : reject(request.error);
  });
  if (!database) return nothing;
  // Whoever deletes it does not wait for the look.
  database.onversionchange = () => database.close();
  try {
    const ask = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const names = [...database.objectStoreNames];
    const transaction = database.transaction(names, 'readonly');
    const entries = async (name) => {
      const table = transaction.objectStore(name);
      const [keys, values] = await Promise.all([ask(table.getAllKeys()), ask(table.getAll())]);
      return [name, keys.map((key, index) => [key, values[index]])];
    };
    const count = async (name) => [name, await ask(transaction.objectStore(name).count())];
    const [counts, tables] = await Promise.all([
      Promise.all(names.map(count)),
      Promise.all(whole.map(entries)),
    ]);
    return { records: Object.fromEntries(counts), tables: Object.fromEntries(tables) };
  } finally {
    database.close();
  }
}

/** The labels' JSON by key, and how many records each table has. */
export async function stored(page) {
  const { records, tables } = await page.evaluate(readDatabase, ['labels']);
  const labels = tables.labels.map(([key, value]) => [key, JSON.stringify(value)]);
  return { labels: Object.fromEntries(labels), records };
}

/** Everything in tables of the page's database, by name: `[[key, value]]`. */
export async function storedTables(page, ...names) {
  return (await page.evaluate(readDatabase, names)).tables;
}

/** The steps of all stored curves, ascending. */
export async function storedSteps(page) {
  const { curves } = await storedTables(page, 'curves');
  const points = curves.flatMap(([, piece]) => JSON.parse(piece).points);
  return points.map(({ step }) => step).sort((a, b) => a - b);
}
