/** The API's description of itself: its OpenAPI document, a page to read, and the source model's fields. No authentication required. */

import * as z from 'zod';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import type { OpenApi } from '../api/openapi.ts';
import { customerResponse } from '../schemas/customer.ts';
import { customerCreate, shadow } from '../schemas/requests.ts';

const modelResponse = z
  .object({
    model: z.literal('relation/SparkCustomer'),
    fields: z.array(
      z.object({
        field_name: z.string(),
        title: z.string(),
        description: z.string(),
        type: z.enum(['String', 'Array']),
        required: z.boolean(),
        is_password: z.boolean(),
        read_only: z.boolean(),
        max_length: z.int().min(1).max(65_536).nullable(),
        cardinality: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Model' });
type Field = z.infer<typeof modelResponse>['fields'][number];

/** The source's table, row by row, with the titles and limits of the schemas that validate. */
function model(): z.infer<typeof modelResponse> {
  const { shape } = customerCreate;
  const shadowName = shadow.element.shape.name;
  const rows: [string, z.ZodType, Partial<Field>][] = [
    ['name', shape.name, { required: true }],
    ['account_number', shape.account_number, { required: true }],
    ['token', shape.token.unwrap(), { is_password: true }],
    ['refresh_token', shape.refresh_token.unwrap(), { is_password: true }],
    ['access_token_expires', customerResponse.shape.access_token_expires, { read_only: true }],
    ['refresh_token_expires', customerResponse.shape.refresh_token_expires, { read_only: true }],
    ['http_proxy', shape.http_proxy.unwrap().unwrap(), {}],
    ['https_proxy', shape.https_proxy.unwrap().unwrap(), {}],
    ['shadow', shadow, { type: 'Array', cardinality: '[0..1]' }],
    ['shadow.[n].name', shadowName, { required: true }],
  ];
  return {
    model: 'relation/SparkCustomer',
    fields: rows.map(([field, schema, more]) => {
      const meta = (schema.meta() ?? {}) as z.GlobalMeta & { maxLength?: number };
      return {
        field_name: field,
        title: meta.title ?? '',
        description: meta.description ?? '',
        type: 'String',
        required: false,
        is_password: false,
        read_only: false,
        max_length: meta.maxLength ?? null,
        cardinality: null,
        ...more,
      };
    }),
  };
}

/** The committed document; loaded on first use, because no other request needs it. */
async function openApiDocument(): Promise<OpenApi> {
  const { default: document } = await import('../openapi.json', { with: { type: 'json' } });
  return document as unknown as OpenApi;
}

export const aboutEndpoints: Endpoint[] = [
  endpoint({
    id: 'getModel',
    tag: 'about',
    summary: 'Get the fields of a customer, as the source model names them',
    description: 'The model `relation/SparkCustomer`: title, description, type and limits of each field.',
    method: 'get',
    path: '/schema',
    status: 200,
    response: modelResponse,
    handle: async () => ({ body: model() }),
  }),
  endpoint({
    id: 'getOpenApi',
    tag: 'about',
    summary: 'Get this document',
    description: 'The OpenAPI document, for programs.',
    method: 'get',
    path: '/openapi.json',
    status: 200,
    response: z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApiDocument' }),
    handle: async () => ({ body: await openApiDocument() }),
  }),
  endpoint({
    id: 'getDocs',
    tag: 'about',
    summary: 'Read this document',
    description: 'The OpenAPI document as a page, for people.',
    method: 'get',
    path: '/docs',
    status: 200,
    contentType: 'text/html; charset=utf-8',
    async handle() {
      return (await import('../api/docs-page.ts')).docsPage(await openApiDocument());
    },
  }),
];
