/** The OpenAPI 3.1 document, derived from the table of operations and the schemas that validate. Pure; loaded when it is asked for. */

import * as z from 'zod';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import { type ProblemBody, problemBody, retryAfterSeconds } from '../../../shared/http/problem.ts';
import { statusOf } from '../../../shared/http/status.ts';
import { failuresOf, type Operation } from './endpoint.ts';

type Json = Record<string, unknown>;

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  security: Json[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: Json[];
  'x-role'?: string;
  parameters: OpenApiParameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Json }> };
  responses: Record<string, OpenApiResponse>;
}

export interface OpenApiParameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: Json;
}

export interface OpenApiResponse {
  description: string;
  headers?: Record<string, Json>;
  content?: Record<string, { schema: Json; examples?: Record<string, { value: unknown }> }>;
}

const about = `Keeps every customer's Webex connection alive and its list of users true.

**Callers** send a Google-signed ID token whose audience is this API's address: \`Authorization: Bearer …\`. Where the
platform checks callers too (Cloud Run), send the same token in \`X-Serverless-Authorization\` as well: the platform takes the
signature out of the header that it checks. What a caller may do is granted for a node of the hierarchy and everything
below; what lies elsewhere does not exist for it (404). Roles: \`reader\` < \`operator\` < \`administrator\`; \`token_reader\` is apart.

**Errors** are \`application/problem+json\` (RFC 9457): \`code\` is stable, \`errors\` names all that is wrong at once by JSON
pointer (a field of the body, or the name of a parameter), \`trace\` is what to ask us about. 503, and whatever passes by
itself, carries \`Retry-After\`. A method that a path does not take is 405.

**Safe to repeat.** \`Idempotency-Key\` on a POST makes it happen once: for 24 hours the same request with the same key is
given the same answer. \`If-Match\` on PATCH and DELETE keeps one editor from overwriting another.

**Lists** come in pages; \`next_page_token\` goes into \`page_token\`, with the same filters. Whatever is written meanwhile, an
item that does not move in the order is seen exactly once. More fields and enum values may be added.`;

const tags: { name: Operation['tag']; description: string }[] = [
  { name: 'customers', description: 'Customer records.' },
  { name: 'actions', description: 'What can be done with one customer.' },
  { name: 'syncs', description: 'Runs that make the stored users match the organization.' },
  { name: 'users', description: 'The people of a customer.' },
  { name: 'history', description: 'Who did what, and when.' },
  { name: 'operations', description: 'Actions on all customers below a node.' },
  { name: 'about', description: 'This API.' },
];

export function openApi(operations: Operation[]): OpenApi {
  const schemas: Record<string, Json> = { Problem: problemSchema };
  const paths: OpenApi['paths'] = {};
  for (const entry of operations) {
    paths[entry.path] ??= {};
    paths[entry.path]![entry.method] = describe(entry, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Webex customer access', version: '1.0.0', description: about },
    tags,
    security: [{ idToken: [] }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        idToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A Google-signed ID token.' },
      },
    },
  };
}

function describe(entry: Operation, schemas: Record<string, Json>): OpenApiOperation {
  const { role, body } = entry;
  return {
    operationId: entry.id,
    tags: [entry.tag],
    summary: entry.summary,
    ...(entry.description && { description: entry.description }),
    ...(role ? { 'x-role': role } : { security: [] }),
    parameters: parametersOf(entry),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: toSchema(body, 'input', schemas) } } },
    }),
    responses: {
      [entry.status]: success(entry, schemas),
      ...problems(failuresOf(entry)),
    },
  };
}

function parametersOf(entry: Operation): OpenApiParameter[] {
  const inPath = [...entry.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name!,
    in: 'path' as const,
    required: true,
    schema: { type: 'string', pattern: '^[\\w-]{1,128}$' },
  }));
  const { properties = {} } = entry.query ? toSchema(entry.query, 'input', {}) : {};
  const inQuery = Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query' as const,
    required: false,
    ...(description ? { description: description as string } : {}),
    schema,
  }));
  const header = (name: string, required: boolean, description: string, pattern: string) => ({
    name,
    in: 'header' as const,
    required,
    description,
    schema: { type: 'string', pattern },
  });
  return [
    ...inPath,
    ...inQuery,
    ...(entry.conditional
      ? [
          header(
            'If-Match',
            true,
            'The ETag of the state that is meant, or `*`.',
            '^(\\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*)$',
          ),
        ]
      : []),
    ...(entry.idempotency
      ? [
          header(
            'Idempotency-Key',
            false,
            'Makes the request happen once, however often it is sent.',
            '^[\\x21-\\x7e]{1,255}$',
          ),
        ]
      : []),
  ];
}

function success(entry: Operation, schemas: Record<string, Json>): OpenApiResponse {
  const schema = entry.shows ? toSchema(entry.shows, 'output', schemas) : { type: 'string' };
  const mediaType = entry.contentType?.split(';')[0] ?? 'application/json';
  const example = entry.shows && exampleOf(schema, schemas);
  return {
    description: entry.summary,
    ...(entry.etag && { headers: { ETag: { schema: { type: 'string' }, description: 'For `If-Match`.' } } }),
    ...((entry.shows || entry.contentType) && {
      content: { [mediaType]: { schema, ...(example !== undefined && { examples: { example: { value: example } } }) } },
    }),
  };
}

const problemSchema: Json = {
  type: 'object',
  description: 'What went wrong (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'trace'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'For people; may change.' },
    code: { type: 'string', description: 'For programs; stable.', enum: Object.keys(statusOf) },
    trace: { type: 'string', description: 'The name of the request.' },
    errors: {
      type: 'array',
      description: 'All that is wrong with the request.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

/** One response for each status; its codes are told apart by examples, and named in `x-codes` for programs. */
function problems(codes: FailureCode[]): Record<string, OpenApiResponse> {
  const byStatus = Map.groupBy(codes.toSorted(), (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, these]) => [
      status,
      {
        description: these.join(', '),
        'x-codes': these,
        headers: headersOf(status, these),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(these.map((code) => [code, { value: problemExample(code) }])),
          },
        },
      },
    ]),
  );
}

function headersOf(status: number, codes: FailureCode[]): Record<string, Json> {
  const retried = codes.some((code) => retryAfterSeconds[code] !== undefined);
  return {
    ...(status === 401 && { 'WWW-Authenticate': { schema: { type: 'string' } } }),
    ...(retried && { 'Retry-After': { schema: { type: 'string' }, description: 'Seconds.' } }),
  };
}

function problemExample(code: FailureCode): ProblemBody {
  const failure =
    code === 'invalid_request'
      ? new Failure(code, 'The request is not valid.', { problems: [{ pointer: '/name', detail: 'is needed' }] })
      : new Failure(code, 'In words.', {} as never);
  return problemBody(failure, '4bf92f3577b34da6a3ce929d0e0e4736');
}

/** A zod schema as JSON Schema; what has an id becomes a component. Objects of answers stay open: fields may be added. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  const {
    $schema: _draft,
    $defs = {},
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as Json & { $defs?: Record<string, Json> };
  const text = (value: Json) =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  for (const [id, { id: _id, ...each }] of Object.entries($defs)) schemas[id] = text(each);
  const id = schema.meta()?.id;
  const { id: _id, ...own } = text(json);
  if (id === undefined || own.$ref !== undefined) return own;
  schemas[id] = own;
  return { $ref: `#/components/schemas/${id}` };
}

/** An answer that fits a schema: its own examples where it has some. */
function exampleOf(schema: Json, schemas: Record<string, Json>): unknown {
  if (typeof schema.$ref === 'string') return exampleOf(schemas[schema.$ref.split('/').at(-1)!]!, schemas);
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if (Array.isArray(schema.anyOf)) return exampleOf(schema.anyOf[0], schemas);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, each]) => [
          name,
          exampleOf(each, schemas),
        ]),
      );
    case 'array':
      return [exampleOf(schema.items as Json, schemas)];
    case 'integer':
      return schema.minimum ?? 0;
    case 'number':
      return 0.1;
    case 'boolean':
      return false;
    default:
      return stringExample(schema);
  }
}

function stringExample({ format, title }: Json): string {
  if (format === 'date-time') return '2026-11-23T09:30:00.000Z';
  if (format === 'uri') return 'https://portal.example.com/connect/8Jc2…';
  return typeof title === 'string' ? title : 'text';
}
