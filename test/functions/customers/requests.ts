/** Random requests derived from the OpenAPI document: mostly well-formed, often wrong, sometimes hostile. */

import { randomUUID } from 'node:crypto';
import type { OpenApi, OpenApiOperation, OpenApiParameter } from '../../../functions/customers/api/openapi.ts';
import fc from '../../support/property.ts';

type Json = Record<string, unknown>;

export interface Made {
  operation: string;
  method: string;
  /** `{name}` is replaced by an existing id, or by the given junk. */
  path: string;
  params: Record<string, { known: number } | { junk: string }>;
  query: [string, string][];
  headers: Record<string, string>;
  body: string | undefined;
}

/** Text with emoji and attacks; `binary` contains lone surrogates. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', ' ', '\u0000', '\u202e', 'a\r\nb', '../..', '{}', '%00', "'; --", '\ud800', '__proto__'),
  fc.string({ minLength: 1100, maxLength: 1300 }),
);
const junkValue = fc.oneof({ depthSize: 'small' }, anyText, fc.jsonValue(), fc.constantFrom(null, -1, 1e308, [], {}));

/** Values that make a request succeed more often than chance would. */
const likely: Record<string, fc.Arbitrary<unknown>> = {
  hierarchy: fc.constantFrom('sys', 'sys.a', 'sys.a.b', 'sys.c'),
  name: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc.constantFrom('Acme', 'ACME', 'Straße'),
  ),
  account_number: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => Buffer.from(`ciscospark://us/ORGANIZATION/${id}`).toString('base64')),
  ),
  // These addresses are refused at once, so no request waits for a proxy that does not exist.
  http_proxy: fc.constantFrom(
    null,
    'http://127.0.0.1:1',
    'http://user:secret@localhost:1',
    'http://user:****@localhost:1/',
  ),
  https_proxy: fc.constantFrom(null, 'https://169.254.169.254:8123', 'http://[::1]:1'),
  page_size: fc.integer({ min: 0, max: 1001 }),
};

/** A value that fits a schema, or nearly so. */
function valueFor(schema: Json, document: OpenApi): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') {
    return valueFor(document.components.schemas[schema.$ref.split('/').at(-1)!]!, document);
  }
  if (Array.isArray(schema.anyOf)) return fc.oneof(...schema.anyOf.map((each) => valueFor(each as Json, document)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, document);
    case 'array':
      return fc.array(valueFor(schema.items as Json, document), { maxLength: 2 });
    case 'integer':
      return fc.integer({ min: ((schema.minimum as number) ?? 0) - 1, max: ((schema.maximum as number) ?? 99) + 1 });
    case 'number':
      return fc.double({ min: -0.1, max: 1.1, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return typeof schema.pattern === 'string'
        ? fc.stringMatching(new RegExp(schema.pattern), { maxLength: 64 })
        : anyText;
  }
}

const withoutAbsent = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

function objectOf(schema: Json, document: OpenApi): fc.Arbitrary<unknown> {
  const required = (schema.required ?? []) as string[];
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, each]) => {
    const fitting = likely[name] ?? valueFor(each, document);
    const value = fc.oneof({ weight: 20, arbitrary: fitting }, { weight: 1, arbitrary: junkValue });
    // Few optional fields at a time: each may be the reason for a refusal.
    const [present, absent] = required.includes(name) ? [30, 1] : [1, 5];
    const absence = fc.constant(undefined);
    return [name, fc.oneof({ weight: present, arbitrary: value }, { weight: absent, arbitrary: absence })] as const;
  });
  const whole = fc.record(Object.fromEntries(fields), { noNullPrototype: true }).map(withoutAbsent);
  const extra = fc.tuple(
    whole,
    fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'id', 'etag', 'x'), junkValue),
  );
  return fc.oneof(
    { weight: 20, arbitrary: whole },
    { weight: 1, arbitrary: extra.map(([fitting, more]) => ({ ...fitting, ...more })) },
    { weight: 1, arbitrary: junkValue },
  );
}

const brokenJson = fc.constantFrom(
  '',
  '{',
  '"',
  '{"name":}',
  '[',
  'null',
  'true',
  '\ufeff{}',
  '{"a":1,"a":2}',
  `${'['.repeat(5000)}`,
);

function bodyOf(operation: OpenApiOperation, document: OpenApi): fc.Arbitrary<string | undefined> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: brokenJson });
  return fc.oneof(
    { weight: 12, arbitrary: valueFor(schema, document).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: brokenJson },
    { weight: 1, arbitrary: fc.constant('x'.repeat(70_000)) },
  );
}

const headerText = fc.stringMatching(/^[\x21-\x7e]{0,40}$/);

function parametersOf(
  parameters: OpenApiParameter[],
  place: OpenApiParameter['in'],
): fc.Arbitrary<Record<string, string>> {
  const entries = parameters
    .filter((each) => each.in === place)
    .map(({ name, schema }) => {
      const fitting =
        name === 'If-Match'
          ? fc.constantFrom('*', '"abc"', 'W/"abc"', 'abc')
          : (likely[name] ?? valueFor(schema, {} as OpenApi));
      const text = fitting.map((value) => String(value));
      const junk = place === 'header' ? headerText : anyText;
      return [name, fc.oneof({ weight: 8, arbitrary: text }, { weight: 1, arbitrary: junk })] as const;
    });
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
}

const junkSegment = fc.oneof(
  fc.constantFrom(
    'schema',
    'operations',
    '..',
    '%2e%2e',
    'a%2Fusers',
    '%',
    '%00',
    '%E0%A4%A',
    ':',
    ':refresh',
    randomUUID(),
  ),
  fc.stringMatching(/^[\w:.~-]{1,20}$/),
);
const segment = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 1000 }).map((known) => ({ known })) },
  { weight: 1, arbitrary: junkSegment.map((junk) => ({ junk })) },
);

/** Requests to every endpoint of the document, with equal frequency. */
export function requests(document: OpenApi): fc.Arbitrary<Made> {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
      const methodText = fc.oneof(
        { weight: 30, arbitrary: fc.constant(method.toUpperCase()) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'),
        },
      );
      const query = fc.tuple(
        parametersOf(operation.parameters, 'query').map((given) => Object.entries(given)),
        fc.oneof(
          { weight: 9, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(fc.tuple(anyText, anyText), { maxLength: 2 }) },
        ),
      );
      return fc.record({
        operation: fc.constant(operation.operationId),
        method: methodText,
        path: fc.constant(path),
        params: fc.record(Object.fromEntries(names.map((name) => [name, segment]))),
        query: query.map(([own, more]) => [...own, ...more] as [string, string][]),
        headers: fc
          .tuple(parametersOf(operation.parameters, 'header'), strangeHeaders)
          .map(([own, more]) => ({ ...own, ...more })),
        body: bodyOf(operation, document),
      });
    }),
  );
  return fc.oneof(...all) as fc.Arbitrary<Made>;
}

const strangeHeaders = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-7' },
      { 'content-type': 'application/merge-patch+json' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-encoding': 'gzip' },
      { 'content-encoding': 'nonsense' },
      { traceparent: 'nonsense' },
      { authorization: 'Bearer nonsense' },
    ),
  },
);
