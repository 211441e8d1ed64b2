/**
 * Fills the compile cache in the place where the function will run. The platform's build calls this script as `gcp-build` after it
 * has installed the framework, with the Node that will run the function. The script starts the function as the platform does and
 * sends it one request, against a store that does not answer. If the function does not start, the build fails.
 * See docs/decisions/0072-compile-cache.md.
 */

import { createRequire, enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = import.meta.dirname;
const patienceMs = 1_000;
enableCompileCache(join(folder, 'compile-cache'));

const require = createRequire(import.meta.url);
const { name } = require('./package.json');
process.env.PORT ??= '8080';
Object.assign(process.env, {
  NODE_ENV: 'production',
  FUNCTION_TARGET: name,
  FUNCTION_SOURCE: folder,
  GOOGLE_CLOUD_PROJECT: 'build',
  CALLER_AUDIENCE: 'https://build.invalid/customers',
  // The token page answers on its own host only.
  OAUTH_URL: `http://127.0.0.1:${process.env.PORT}`,
  METADATA_SERVER_DETECTION: 'none',
  FIRESTORE_EMULATOR_HOST: '127.0.0.1:9',
});
require(join(dirname(require.resolve('@google-cloud/functions-framework')), 'main.js'));

const { ports } = await import('./index.mjs');
// This loads the client, which would retry for long.
await Promise.race([ports.store.get('none/none').catch(() => {}), sleep(patienceMs)]);
const data = btoa(JSON.stringify({ customer: 'none', sync: 'none' }));
const pushed = {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
  body: JSON.stringify({ message: { data, messageId: '1' }, subscription: 'projects/build/subscriptions/none' }),
};
const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/`, {
  ...(name !== 'webex_teams_oauth' && pushed),
  signal: AbortSignal.timeout(patienceMs),
}).catch((error) => {
  if (error.name !== 'TimeoutError') throw error;
});
console.log(`${name} starts${answer ? ` and answers ${answer.status}` : ''}; its compile cache is filled.`);
process.exit(0);
