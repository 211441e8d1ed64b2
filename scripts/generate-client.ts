/**
 * Writes `client/api.d.ts`: the types of the typed client, from the OpenAPI document. `--check` compares instead of writing.
 * openapi-typescript builds its output with the compiler's API, which TypeScript 7 does not offer: it is given TypeScript 5.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { openApi } from '../functions/customers/api/openapi.ts';
import { operationsOf } from '../functions/customers/customers.ts';
import type { Ports } from '../shared/ports.ts';

const file = new URL('../client/api.d.ts', import.meta.url);
const banner =
  '/** The API of `customers`. Generated from its OpenAPI document by `npm run client`; not to be edited. */\n\n';

registerHooks({ resolve: (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context) });
const { default: openapiTypes, astToString } = await import('openapi-typescript');

// The document tells of the operations; none of them is called.
const document = openApi(operationsOf({ settings: {} } as Ports));
const text = banner + astToString(await openapiTypes(JSON.stringify(document)));

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('client/api.d.ts is not what the OpenAPI document says: npm run client');
  process.exitCode = 1;
}
