// What lies in the browser's storage, read past the page.

/** Runs in the page: the labels' JSON by key, and how many records each table has. */
async function readDatabase() {
  const names = await indexedDB.databases();
  if (!names.some(({ name }) => name === 'tilt')) return { labels: {}, records: {} };
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('tilt');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  try {
    const ask = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const tables = [...database.objectStoreNames];
    const transaction = database.transaction(tables, 'readonly');
    const labels = transaction.objectStore('labels');
    const [keys, values, ...counts] = await Promise.all([
      ask(labels.getAllKeys()),
      ask(labels.getAll()),
      ...tables.map((table) => ask(transaction.objectStore(table).count())),
    ]);
    return {
      labels: Object.fromEntries(keys.map((key, index) => [key, JSON.stringify(values[index])])),
      records: Object.fromEntries(tables.map((table, index) => [table, counts[index]])),
    };
  } finally {
    database.close();
  }
}

export const stored = (page) => page.evaluate(readDatabase);
