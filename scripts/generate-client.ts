/**
 * `npm run client`: writes what is made from the table of endpoints: `functions/customers/openapi.json`, which the API serves,
 * and `client/api.d.ts`, the types of the typed client.
 * openapi-typescript uses the compiler's API, which TypeScript 7 does not offer, so it gets TypeScript 5.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { openApi } from '../functions/customers/api/openapi.ts';
import { endpoints } from '../functions/customers/customers.ts';
import { parseCommandLine } from '../local/command-line.ts';

const { check } = parseCommandLine({
  command: 'npm run client',
  purpose: 'Writes functions/customers/openapi.json and client/api.d.ts from the table of endpoints.',
  options: { check: { type: 'boolean', help: 'Only compare, and fail when a file is out of date.' } },
});

const banner =
  '/** The API of `customers`. Generated from its OpenAPI document by `npm run client`; do not edit. */\n\n';

registerHooks({ resolve: (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context) });
const { default: openapiTypes, astToString } = await import('openapi-typescript');

const json = JSON.stringify(openApi(endpoints), null, 2);
const types = astToString(await openapiTypes(json));
const files = { 'functions/customers/openapi.json': `${json}\n`, 'client/api.d.ts': banner + types };

for (const [path, text] of Object.entries(files)) {
  const file = new URL(`../${path}`, import.meta.url);
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is out of date. Run: npm run client`);
    process.exitCode = 1;
  }
}
