/**
 * The OpenAPI 3.1 document, made from the table of endpoints and the schemas that validate. `npm run client` writes it to
 * `openapi.json`, which is what the API serves. Pure.
 */

import * as z from 'zod';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import { retryAfterSeconds } from '../../../shared/http/problem.ts';
import { statusOf } from '../../../shared/http/status.ts';
import { problemResponse } from '../schemas/problem.ts';
import { type Endpoint, failuresOf } from './endpoint.ts';
import { problemExample, responseExamples } from './openapi-examples.ts';

type Json = Record<string, unknown>;

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string; license: Json };
  servers: Json[];
  tags: { name: string; description: string }[];
  security: Json[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, Json>;
    examples: Record<string, { value: unknown }>;
    securitySchemes: Json;
  };
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

type Example = { value: unknown; $ref?: never } | { $ref: string; value?: never };

export interface OpenApiResponse {
  description: string;
  'x-codes'?: FailureCode[];
  headers?: Record<string, Json>;
  content?: Record<string, { schema: Json; examples?: Record<string, Example> }>;
}

const about = `Keeps every customer's Webex connection alive and its user list in sync.

**Callers** send a Google-signed ID token whose audience is the address of this API: \`Authorization: Bearer …\`. Where Cloud Run checks callers too, send the same token in \`X-Serverless-Authorization\` as well, because Cloud Run removes the signature from the header that it checks. A caller is granted a role for a node of the hierarchy and everything below it. Outside its nodes a customer does not exist for the caller (404). Roles: \`reader\` < \`operator\` < \`administrator\`; no other role includes \`token_reader\`.

**Errors** are \`application/problem+json\` (RFC 9457). \`code\` is stable. \`errors\` lists every problem of the request, each with a JSON pointer into the body or the name of a parameter. Quote \`trace\` when you report a problem. Errors that a later attempt can avoid carry \`Retry-After\`.

**Safe to repeat.** With an \`Idempotency-Key\` a POST is performed once: for 24 hours the same request with the same key gets the same response. \`If-Match\` on PATCH and DELETE prevents one editor from overwriting another.

**Lists** come in pages. Send \`next_page_token\` as \`page_token\`, with the same filters. An item that keeps its place in the order is listed exactly once, whatever is written between the pages. More fields and enum values may be added.`;

const tags: { name: Endpoint['tag']; description: string }[] = [
  { name: 'customers', description: 'Customer records.' },
  { name: 'actions', description: 'Actions on one customer.' },
  { name: 'syncs', description: 'Runs that make the stored users match the Webex organization.' },
  { name: 'users', description: 'The people of a customer.' },
  { name: 'history', description: 'Who did what, and when.' },
  { name: 'operations', description: 'Actions on all customers below a node.' },
  { name: 'about', description: 'This API.' },
];

const servers = [
  {
    url: 'https://{region}-{project}.cloudfunctions.net/customers',
    description: 'A deployment.',
    variables: { region: { default: 'europe-west3' }, project: { default: 'my-project' } },
  },
  { url: 'http://localhost:8080/customers', description: 'The local stack (`npm start`).' },
];

export function openApi(endpoints: Endpoint[]): OpenApi {
  const bodies = new Set(endpoints.map(({ body }) => body?.meta()?.id));
  const [input, output] = [components('input'), components('output')];
  const schemas = Object.fromEntries(
    Object.keys(output).map((id) => [id, bodies.has(id) ? input[id]! : output[id]!] as const),
  );
  const paths: OpenApi['paths'] = {};
  for (const entry of endpoints) {
    paths[entry.path] ??= {};
    paths[entry.path]![entry.method] = describe(entry);
  }
  const codes = [...new Set(endpoints.flatMap(failuresOf))].sort();
  return {
    openapi: '3.1.0',
    info: {
      title: 'Webex customer access',
      version: '1.0.0',
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers,
    tags,
    security: [{ idToken: [] }],
    paths,
    components: {
      schemas,
      examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      securitySchemes: {
        idToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A Google-signed ID token.' },
      },
    },
  };
}

const reference = (id: string) => `#/components/schemas/${id}`;

/** Every schema that has an id, with references between them. */
function components(io: 'input' | 'output'): Record<string, Json> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { ...options(io), uri: reference });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _draft, $id: _uri, ...schema }]) => [id, schema as Json]),
  );
}

function options(io: 'input' | 'output'): z.core.ToJSONSchemaParams {
  return {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // Fields may be added to responses.
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  };
}

/** @throws Error for a body or response without an id: the client's types are named after it */
function schemaOf(schema: z.ZodType, entry: Endpoint): Json {
  const id = schema.meta()?.id;
  if (!id) throw new Error(`A schema of ${entry.id} has no id.`);
  return { $ref: reference(id) };
}

function describe(entry: Endpoint): OpenApiOperation {
  const { role, body } = entry;
  return {
    operationId: entry.id,
    tags: [entry.tag],
    summary: entry.summary,
    description: entry.description,
    ...(role ? { 'x-role': role } : { security: [] }),
    parameters: parametersOf(entry),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, entry) } } },
    }),
    responses: { [entry.status]: success(entry), ...problems(failuresOf(entry)) },
  };
}

function parametersOf(entry: Endpoint): OpenApiParameter[] {
  const inPath = [...entry.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name!,
    in: 'path' as const,
    required: true,
    schema: { type: 'string', pattern: '^(?!__.*__$)[\\w.:-]{1,400}$' },
  }));
  const { properties = {} } = entry.query ? z.toJSONSchema(entry.query, options('input')) : {};
  const inQuery = Object.entries(properties as Record<string, Json>).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query' as const,
    required: false,
    ...(description ? { description: description as string } : {}),
    schema,
  }));
  return [...inPath, ...inQuery, ...headersOf(entry)];
}

function headersOf({ conditional, idempotent }: Endpoint): OpenApiParameter[] {
  const header = (name: string, required: boolean, description: string, pattern: string): OpenApiParameter => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', pattern },
  });
  const etags = '^(\\*|((W/)?"[^"]*"|[\\w-]+)(, *((W/)?"[^"]*"|[\\w-]+))*)$';
  return [
    ...(conditional ? [header('If-Match', true, 'The ETag that you read, or `*` for any state.', etags)] : []),
    ...(idempotent
      ? [
          header(
            'Idempotency-Key',
            false,
            'Performs the request once, however often it is sent.',
            '^[\\x21-\\x7e]{1,255}$',
          ),
        ]
      : []),
  ];
}

function success(entry: Endpoint): OpenApiResponse {
  const headers = entry.etag && { ETag: { schema: { type: 'string' }, description: 'Goes into `If-Match`.' } };
  return { description: entry.summary, ...(headers && { headers }), ...contentOf(entry) };
}

function contentOf(entry: Endpoint): Pick<OpenApiResponse, 'content'> {
  if (entry.contentType) return { content: { [entry.contentType.split(';')[0]!]: { schema: { type: 'string' } } } };
  if (!entry.response) return {};
  const value = responseExamples[entry.id];
  if (value === undefined) throw new Error(`There is no example response of ${entry.id}.`);
  const schema = schemaOf(entry.response, entry);
  return { content: { 'application/json': { schema, examples: { example: { value } } } } };
}

/** One response per status. Its codes have an example each, and are listed in `x-codes` for programs. */
function problems(codes: FailureCode[]): Record<string, OpenApiResponse> {
  const byStatus = Map.groupBy(codes.toSorted(), (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, these]) => [
      status,
      {
        description: these.join(', '),
        'x-codes': these,
        headers: problemHeaders(status, these),
        content: {
          'application/problem+json': {
            schema: { $ref: reference(problemResponse.meta()!.id!) },
            examples: Object.fromEntries(these.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
          },
        },
      },
    ]),
  );
}

function problemHeaders(status: number, codes: FailureCode[]): Record<string, Json> {
  const isTemporary = codes.some((code) => retryAfterSeconds[code] !== undefined);
  return {
    ...(status === 401 && { 'WWW-Authenticate': { schema: { type: 'string' } } }),
    ...(isTemporary && { 'Retry-After': { schema: { type: 'string' }, description: 'Seconds.' } }),
  };
}
