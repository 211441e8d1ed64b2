/** What the API says of itself: its OpenAPI document, a page to read, and the source model's fields. Nobody is asked who they are. */

import * as z from 'zod';
import { type Operation, operation } from '../api/endpoint.ts';
import type { OpenApi } from '../api/openapi.ts';
import { customerShown, orNull } from '../schemas/customer.ts';
import { customerCreate, shadow } from '../schemas/requests.ts';

const modelShown = z.object({
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
      max_length: orNull(z.int()),
      cardinality: orNull(z.string()),
    }),
  ),
});
type Field = z.infer<typeof modelShown>['fields'][number];

/** The source's table, row by row; the words and rules are those of the schemas that validate. */
function model(): z.infer<typeof modelShown> {
  const { shape } = customerCreate;
  const shadowName = shadow.element.shape.name;
  const rows: [string, z.ZodType, Partial<Field>][] = [
    ['name', shape.name, { required: true }],
    ['account_number', shape.account_number, { required: true }],
    ['token', shape.token.unwrap(), { is_password: true }],
    ['refresh_token', shape.refresh_token.unwrap(), { is_password: true }],
    ['access_token_expires', customerShown.shape.access_token_expires, { read_only: true }],
    ['refresh_token_expires', customerShown.shape.refresh_token_expires, { read_only: true }],
    ['http_proxy', shape.http_proxy.unwrap().unwrap(), {}],
    ['https_proxy', shape.https_proxy.unwrap().unwrap(), {}],
    ['shadow', shadow, { type: 'Array', cardinality: '[0..1]' }],
    ['shadow.[n].name', shadowName, { required: true }],
  ];
  return {
    model: 'relation/SparkCustomer',
    fields: rows.map(([field, schema, more]) => {
      const {
        title = '',
        description = '',
        maxLength,
      } = (schema.meta() ?? {}) as z.GlobalMeta & { maxLength?: number };
      return {
        field_name: field,
        title,
        description,
        type: 'String',
        required: false,
        is_password: false,
        read_only: false,
        max_length: maxLength ?? null,
        cardinality: null,
        ...more,
      };
    }),
  };
}

/** @param all every operation of the API, these included */
export function aboutOperations(all: () => Operation[]): Operation[] {
  let known: Promise<OpenApi> | undefined;
  // Loaded and made when it is first asked for: no other request needs it.
  const document = () => {
    known ??= import('../api/openapi.ts').then(({ openApi }) => openApi(all()));
    return known;
  };
  return [
    operation({
      id: 'getModel',
      tag: 'about',
      summary: 'The fields of a customer, as the source model has them',
      method: 'get',
      path: '/schema',
      status: 200,
      shows: modelShown,
      handle: async () => ({ body: model() }),
    }),
    operation({
      id: 'getOpenApi',
      tag: 'about',
      summary: 'This document',
      method: 'get',
      path: '/openapi.json',
      status: 200,
      shows: z.looseObject({ openapi: z.string() }),
      handle: async () => ({ body: await document() }),
    }),
    operation({
      id: 'getDocs',
      tag: 'about',
      summary: 'This document, to be read',
      method: 'get',
      path: '/docs',
      status: 200,
      contentType: 'text/html; charset=utf-8',
      async handle() {
        return (await import('../api/docs-page.ts')).docsPage(await document());
      },
    }),
  ];
}
