/** The OpenAPI document itself: valid, with fitting examples, served, and readable as a page. */

import { createHash } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { contractOf } from '../contract.ts';
import { api } from './world.ts';

describe('the document', () => {
  it('is valid OpenAPI 3.1 for an independent validator', async () => {
    const result = await new Validator().validate(structuredClone(api.document) as never);
    expect(result).toMatchObject({ valid: true });
  });

  it('has an example for every response, and each fits its schema', () => {
    const { judge, check } = contractOf(api.document);
    for (const [path, methods] of Object.entries(api.document.paths)) {
      for (const [method, { responses, operationId }] of Object.entries(methods)) {
        for (const [status, { content, headers = {} }] of Object.entries(responses)) {
          for (const [type, { schema, examples = {} }] of Object.entries(content ?? {})) {
            if (type === 'text/html' || operationId === 'getOpenApi') continue;
            expect(Object.keys(examples).length, `${method} ${path} ${status}`).toBeGreaterThan(0);
            for (const { value, $ref } of Object.values(examples)) {
              const shown = value ?? api.document.components.examples[$ref!.split('/').at(-1)!]!.value;
              check(schema, shown, `the example of ${operationId} ${status}`);
              if (Number(status) < 300) continue;
              const all = new Headers({ 'content-type': type });
              for (const name of Object.keys(headers)) all.set(name, 'x');
              const answer = { status: Number(status), headers: all, text: JSON.stringify(shown) };
              judge({ method, path: path.replaceAll(/\{\w+\}/g, 'x'), headers: {}, answer });
            }
          }
        }
      }
    }
  });

  it('is served without authentication, and so are the page and the model', async () => {
    for (const path of ['/openapi.json', '/docs', '/schema']) {
      expect((await api.call('GET', path, { token: undefined })).status).toBe(200);
    }
    expect((await api.call('GET', '/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(api.document)));
  });

  it('has a page that requests nothing from another host', async () => {
    const { text, headers } = await api.call('GET', '/docs');
    const style = /<style>([\s\S]*)<\/style>/.exec(text)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(text).not.toMatch(/<(script|link|img|iframe)|url\(|@import|style=|\son\w+=/i);
    for (const methods of Object.values(api.document.paths)) {
      for (const { operationId } of Object.values(methods)) expect(text).toContain(`id="${operationId}"`);
    }
  });

  it('returns the model as the source names it', async () => {
    const { body } = await api.call('GET', '/schema');
    const row = (name: string) => body.fields.find((field: { field_name: string }) => field.field_name === name);
    expect(body.fields.map((field: { field_name: string }) => field.field_name)).toEqual([
      'name',
      'account_number',
      'token',
      'refresh_token',
      'access_token_expires',
      'refresh_token_expires',
      'http_proxy',
      'https_proxy',
      'shadow',
      'shadow.[n].name',
    ]);
    expect(row('name')).toMatchObject({ title: 'Customer Name', required: true, type: 'String' });
    expect(row('token')).toMatchObject({ title: 'Admin Access Token', is_password: true });
    expect(row('shadow')).toMatchObject({ type: 'Array', cardinality: '[0..1]' });
    expect(row('shadow.[n].name')).toMatchObject({ max_length: 1024, required: true });
  });
});
