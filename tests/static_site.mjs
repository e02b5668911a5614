// A plain static host: a folder under a path, no special headers, nothing clever.
// A test can replace single files to see what the page makes of a broken host.
import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The built page under test. */
export const BUILT_FOLDER = process.env.TILT_FOLDER ?? path.join(here, '../target/dist-test');

const CONTENT_TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Serves `folder` under `prefix` (with slashes at both ends) on a free port.
 * `replaced` maps a path inside the folder to `{ status, body }`, with `times` only for
 * that many requests. Of the endings in `unknown` the host does not know the type; `headers` go
 * with every answer.
 * Returns `{ url, origin, close }`.
 */
export async function serveSite({
  folder = BUILT_FOLDER,
  prefix = '/',
  replaced = {},
  unknown = [],
  headers = {},
} = {}) {
  const server = http.createServer(async (request, response) => {
    const answer = await lookUp(folder, prefix, replaced, request.url);
    const isUnknown = unknown.some((ending) => new URL(request.url, 'http://host').pathname.endsWith(ending));
    response.writeHead(answer.status, {
      'Content-Type': isUnknown ? 'application/octet-stream' : (answer.contentType ?? 'text/plain'),
      'Cache-Control': 'no-cache',
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin + prefix,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

async function lookUp(folder, prefix, replaced, target) {
  const notFound = { status: 404, body: 'there is no such file\n' };
  const pathname = decodeURIComponent(new URL(target, 'http://host').pathname);
  if (!pathname.startsWith(prefix)) return notFound;
  const inside = pathname.slice(prefix.length) || 'index.html';
  const contentType = CONTENT_TYPES[path.extname(inside)] ?? 'application/octet-stream';
  const replacement = replaced[inside];
  if (replacement && (replacement.times ?? Infinity) > 0) {
    if (replacement.times) replacement.times -= 1;
    return { status: 200, contentType, ...replacement };
  }
  const file = path.join(folder, inside);
  if (path.relative(folder, file).startsWith('..')) return notFound;
  try {
    return { status: 200, contentType, body: await fs.readFile(file) };
  } catch {
    return notFound;
  }
}
