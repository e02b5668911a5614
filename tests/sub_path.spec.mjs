// The built folder on a plain static host, not at its root.
import { expect, test } from './fixtures.mjs';
import { walkShortPath } from './short_path.mjs';

test.use({ prefix: '/class/tilt/' });

test('the whole path works under a sub-path', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 4 });
  expect(new URL(lab.page.url()).pathname).toBe('/class/tilt/');
  await walkShortPath(lab);
});
