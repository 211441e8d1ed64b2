/**
 * The OpenAPI document as the judge of real traffic, independent of the code that wrote it: ajv validates every successful
 * request and every response. A status, code, field or media type that the document does not name is an error.
 */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApi, OpenApiOperation } from '../../../functions/customers/api/openapi.ts';

type Json = Record<string, unknown>;

export interface Exchange {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
  answer: { status: number; headers: Headers; text: string };
}

export interface Contract {
  /**
   * @returns the operation, and the code of a problem
   * @throws Error for what the document does not allow
   */
  judge(exchange: Exchange): { operation: string | undefined; code: string | undefined };
  /** Throws where a value does not fit a schema of the document. */
  check(schema: object, value: unknown, what: string): void;
  /** `operation status code` for everything that is documented. */
  documented(): string[];
}

/** Refuses fields that the document does not name: responses may get more fields, but not without the document. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  const isObject = 'properties' in inner && inner.type === 'object' && !('additionalProperties' in inner);
  return isObject ? { ...inner, additionalProperties: false } : inner;
}

type Check = Contract['check'];

function newCheck(document: OpenApi): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true, coerceTypes: false });
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  const components = closed({ components: document.components }) as Json;
  ajv.addSchema({ $id: 'api', ...components });
  const compiled = new Map<object, ValidateFunction>();
  return (schema, value, what) => {
    let validate = compiled.get(schema);
    if (!validate) {
      const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"api#/components/');
      validate = ajv.compile(JSON.parse(text));
      compiled.set(schema, validate);
    }
    if (!validate(value)) {
      throw new Error(`${what}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)?.slice(0, 2000)}`);
    }
  };
}

function newFinder(document: OpenApi) {
  const templates = Object.entries(document.paths).map(([template, methods]) => {
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const source = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/:]+)');
    return { names, methods, pattern: new RegExp(`^${source}$`) };
  });
  /** A path without parameters goes before one with (OpenAPI 3.1, "Path Templating Matching"). */
  return (method: string, path: string) => {
    const fitting = templates.filter(({ pattern }) => pattern.test(path));
    const template = fitting.find(({ names }) => names.length === 0) ?? fitting[0];
    const operation = template?.methods[method.toLowerCase()];
    if (!template || !operation) return undefined;
    const [, ...values] = template.pattern.exec(path)!;
    return { operation, params: Object.fromEntries(template.names.map((name, index) => [name, values[index]])) };
  };
}

function checkRequest(check: Check, operation: OpenApiOperation, params: Json, exchange: Exchange): void {
  const { path, headers, body } = exchange;
  const query = Object.fromEntries(new URLSearchParams(path.split('?')[1] ?? ''));
  const places: Record<string, Json> = {
    path: params,
    query,
    header: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
  for (const { name, in: place, required, schema } of operation.parameters) {
    const text = places[place]![place === 'header' ? name.toLowerCase() : name];
    const what = `${operation.operationId}, ${place} ${name}`;
    if (text === undefined && required) throw new Error(`${what} is missing in a successful request`);
    if (text !== undefined) check(schema, schema.type === 'integer' ? Number(text) : text, what);
  }
  const known = operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
  for (const name of Object.keys(query)) {
    if (!known.includes(name)) throw new Error(`${operation.operationId} accepted the undocumented parameter ${name}`);
  }
  const content = operation.requestBody?.content['application/json'];
  const sent = () => JSON.parse((body ?? 'null').replace(/^\ufeff/, ''));
  if (content) check(content.schema, sent(), `the body of ${operation.operationId}`);
}

/** @returns the code of a problem */
function checkResponse(check: Check, operation: OpenApiOperation, { answer }: Exchange): string | undefined {
  const { status, headers, text } = answer;
  const what = `${operation.operationId} ${status}`;
  const response = operation.responses[status]!;
  const type = mediaType(headers);
  for (const header of Object.keys(response.headers ?? {})) {
    if (header !== 'Retry-After' && headers.get(header) === null) throw new Error(`${what} has no ${header}`);
  }
  if (!response.content) {
    if (text !== '') throw new Error(`${what} has a body`);
    return undefined;
  }
  const content = response.content[type];
  if (!content) throw new Error(`${what} has the undocumented media type ${type}`);
  check(content.schema, type.endsWith('json') ? JSON.parse(text) : text, what);
  if (status < 400) return undefined;
  const { code } = JSON.parse(text) as { code: string };
  if (!(code in (content.examples ?? {}))) throw new Error(`${what} has the undocumented code ${code}`);
  return code;
}

const mediaType = (headers: Headers) => (headers.get('content-type') ?? '').split(';')[0]!;

/** The response to a request for a path or method that the document does not name. */
function checkUndocumented({ method, path, answer: { status, headers, text } }: Exchange): string | undefined {
  const name = `${method} ${path}`;
  // A body that cannot be read is refused before the path is looked at.
  if (![400, 404, 405, 413, 415].includes(status))
    throw new Error(`${name} is not documented, but its status is ${status}`);
  if (mediaType(headers) !== 'application/problem+json') throw new Error(`${name}: ${status} is not a problem`);
  return method === 'HEAD' ? undefined : (JSON.parse(text) as { code: string }).code;
}

export function contractOf(document: OpenApi): Contract {
  const check = newCheck(document);
  const find = newFinder(document);

  function judge(exchange: Exchange): ReturnType<Contract['judge']> {
    const { status, text } = exchange.answer;
    const isHead = exchange.method === 'HEAD';
    const found = find(isHead ? 'GET' : exchange.method, exchange.path.split('?')[0]!);
    if (!found) return { operation: undefined, code: checkUndocumented(exchange) };
    const { operation, params } = found;
    const what = `${operation.operationId} ${status}`;
    if (!operation.responses[status]) throw new Error(`${what} is not documented: ${text.slice(0, 500)}`);
    // HEAD has no body that could be judged.
    if (isHead) return { operation: undefined, code: undefined };
    if (status < 300) checkRequest(check, operation, params, exchange);
    return { operation: operation.operationId, code: checkResponse(check, operation, exchange) };
  }

  return { judge, check, documented: () => Object.values(document.paths).flatMap(documentedIn) };
}

function documentedIn(methods: Record<string, OpenApiOperation>): string[] {
  return Object.values(methods).flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      const codes = Number(status) < 400 ? ['success'] : Object.keys(Object.values(content!)[0]!.examples!);
      return codes.map((code) => `${operationId} ${status} ${code}`);
    }),
  );
}
