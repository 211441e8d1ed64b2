/** From the table of operations to an HTTP handler: identify, validate, call, answer. Knows nothing of customers. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import express, { type Request, type Response } from 'express';
import type * as z from 'zod';
import type { Caller } from '../../shared/domain/caller.ts';
import { Failure, type Problem } from '../../shared/domain/failure.ts';
import { sendProblem } from '../../shared/http/problem.ts';
import type { Callers, Log } from '../../shared/ports.ts';

export interface Call<Query, Body> {
  caller: Caller;
  /** The names in braces of the path. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  header(name: string): string | undefined;
}

export interface Answer {
  body?: unknown;
  headers?: Record<string, string>;
}

/** One operation of the API. `path` in OpenAPI's form: `/{id}:refresh`. */
export interface Operation<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  id: string;
  summary: string;
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  status: 200 | 201 | 202 | 204;
  query: Query;
  body?: Body;
  handle(call: Call<z.infer<Query>, z.infer<Body>>): Promise<Answer>;
}

/** Infers the types of one entry of the table. */
export function operation<Query extends z.ZodType, Body extends z.ZodType = z.ZodUndefined>(
  entry: Operation<Query, Body>,
): Operation {
  return entry as unknown as Operation;
}

/** Bodies are records of a few fields: more than this is a mistake or an attack. */
const bodyLimit = 64 * 1024;

/** @param operations in order of precedence: `/{id}:refresh` before `/{id}` */
export function router(operations: Operation[], callers: Callers, log: Log): HttpFunction {
  const routes = express.Router({ caseSensitive: true, strict: true });
  for (const entry of operations) {
    const path = entry.path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');
    routes[entry.method](path, async (request, response) => {
      await answer(entry, callers, request, response);
    });
  }
  return (request, response) => {
    const trace = traceOf(request);
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    routes(request, response, (error?: unknown) => {
      if (error === undefined) error = notRouted(operations, request, response);
      if (response.headersSent) return log.error('answer_cut', { trace, cause: String(error) });
      sendProblem(response, error, log, trace);
    });
  };
}

async function answer(entry: Operation, callers: Callers, request: Request, response: Response): Promise<void> {
  const length = (request as { rawBody?: Buffer }).rawBody?.length ?? 0;
  if (length > bodyLimit) throw new Failure('request_too_large', `A body may have ${bodyLimit} bytes.`);
  const caller = await callers.identify(request.get('authorization'));
  const query = validated(entry.query, request.query, 'query');
  const body = entry.body ? validated(entry.body, jsonOf(request, length), '') : undefined;
  const params = request.params as Record<string, string>;
  // Ids of ours are of these characters; anything else could name another document (`a%2Fusers%2Fb`).
  if (!Object.values(params).every((id) => /^[\w-]{1,128}$/.test(id)))
    throw new Failure('not_found', 'There is nothing here.');
  const header = (name: string) => request.get(name);
  const result = await entry.handle({ caller, params, query, body, header });
  response.status(entry.status).set(result.headers ?? {});
  if (result.body === undefined) response.end();
  else response.json(result.body);
}

function jsonOf(request: Request, length: number): unknown {
  if (length === 0) return {};
  if (!request.is(['json', '+json'])) throw new Failure('unsupported_media_type', 'The body must be application/json.');
  return request.body;
}

/** All that is wrong at once, each with its place. */
function validated(schema: z.ZodType, value: unknown, root: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue): Problem[] => {
    const pointer = (path: PropertyKey[]) => [root, ...path].map((part) => escapePointer(String(part))).join('/');
    if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(issue.path), detail: issue.message }];
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known' }));
  });
  throw new Failure('invalid_request', 'The request is not valid.', { problems });
}

/** @see https://www.rfc-editor.org/rfc/rfc6901#section-3 */
const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

function notRouted(operations: Operation[], request: Request, response: Response): Failure {
  const fits = ({ path }: Operation) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+?')}$`).test(request.path);
  const methods = operations.filter(fits).map(({ method }) => method.toUpperCase());
  if (methods.length === 0) return new Failure('not_found', 'There is nothing here.');
  response.set('allow', [...new Set(methods)].join(', '));
  return new Failure('method_not_allowed', `This takes ${[...new Set(methods)].join(', ')}.`);
}

/** The platform's trace of this request, or one of our own. @see https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(request: Request): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(request.get('traceparent') ?? '')?.[1];
  return given ?? crypto.randomUUID().replaceAll('-', '');
}
