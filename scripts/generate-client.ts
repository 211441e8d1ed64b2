/**
 * `npm run client`: writes `client/api.d.ts`, the types of the typed client, from the OpenAPI document.
 * openapi-typescript uses the compiler's API, which TypeScript 7 does not offer, so it gets TypeScript 5.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { openApi } from '../functions/customers/api/openapi.ts';
import { operationsOf } from '../functions/customers/customers.ts';
import { parseCommandLine } from '../local/command-line.ts';
import type { Ports } from '../shared/ports.ts';

const { check } = parseCommandLine({
  command: 'npm run client',
  purpose: 'Writes client/api.d.ts from the OpenAPI document.',
  options: { check: { type: 'boolean', help: 'Only compare, and fail when the file is out of date.' } },
});

const file = new URL('../client/api.d.ts', import.meta.url);
const banner =
  '/** The API of `customers`. Generated from its OpenAPI document by `npm run client`; do not edit. */\n\n';

registerHooks({ resolve: (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context) });
const { default: openapiTypes, astToString } = await import('openapi-typescript');

// Only the descriptions of the operations are used; none of them is called.
const document = openApi(operationsOf({ settings: {} } as Ports));
const text = banner + astToString(await openapiTypes(JSON.stringify(document)));

if (!check) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('client/api.d.ts is out of date: run npm run client.');
  process.exitCode = 1;
}
