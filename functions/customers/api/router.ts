/** From the table of operations to an HTTP handler: find, identify, validate, call, answer. Knows nothing of customers. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpFunction } from '@google-cloud/functions-framework';
import type { Request } from 'express';
import type * as z from 'zod';
import { Failure, type Problem } from '../../../shared/domain/failure.ts';
import { sendProblem } from '../../../shared/http/problem.ts';
import { traceOf } from '../../../shared/http/trace.ts';
import type { Callers, Ports } from '../../../shared/ports.ts';
import { idempotentRequest, performUnderClaim } from '../../../shared/storage/idempotency.ts';
import { type Answer, type Call, type Operation, toApiResponse } from './endpoint.ts';

/** Bodies are records of a few fields: more than this is a mistake or an attack. */
export const bodyLimit = 64 * 1024;

/** As the functions framework gives it. */
type Received = Request & { rawBody?: Buffer };

/** @param operations in order of precedence: `/operations` before `/{id}` */
export function router(operations: Operation[], callers: Callers, ports: Ports): HttpFunction {
  const find = finder(operations);
  return async (request: Received, response) => {
    const trace = traceOf(request);
    try {
      const { entry, params } = find(request, response);
      send(response, entry, await answer({ entry, params, trace }, callers, ports, request));
    } catch (error) {
      sendProblem(response, error, ports.log, trace);
    }
  };
}

interface Found {
  entry: Operation;
  params: Record<string, string>;
  trace: string;
}

async function answer(found: Found, callers: Callers, ports: Ports, request: Received): Promise<Answer> {
  const { entry, params, trace } = found;
  const length = request.rawBody?.length ?? 0;
  if (length > bodyLimit) throw new Failure('request_too_large', `A body may have ${bodyLimit} bytes.`);
  const identified = entry.role ? await callers.identify(request.get('authorization')) : undefined;
  const caller = { id: '', grants: [], ...identified, request: trace };
  const query = queryOf(entry, request);
  const body = bodyOf(entry, request, length);
  const matches = entry.conditional ? matching(request.get('if-match')) : undefined;
  const call: Call<never, never> = {
    caller,
    role: entry.role ?? 'reader',
    params,
    query: query as never,
    body: body as never,
    ...(matches && { matches }),
  };
  const key = entry.idempotency ? keyOf(request) : undefined;
  if (key === undefined) return entry.handle(call);
  const asked = `${request.method} ${request.path}\n${JSON.stringify(body)}`;
  const idempotent = idempotentRequest(ports, caller.id, key, asked);
  if (entry.idempotency === 'commit') return entry.handle({ ...call, idempotent });
  return performUnderClaim(ports, idempotent, async () => toApiResponse(entry, await entry.handle(call)));
}

function send(response: ServerResponse, entry: Operation, { body, headers }: Answer): void {
  const bytes = body === undefined ? undefined : Buffer.from(entry.contentType ? String(body) : JSON.stringify(body));
  response.writeHead(entry.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(bytes && {
      'content-type': entry.contentType ?? 'application/json; charset=utf-8',
      'content-length': bytes.length,
    }),
    ...headers,
  });
  response.end(bytes);
}

/**
 * Ids of ours are of these characters; anything else could name another document (`a%2Fusers%2Fb`). So nothing is
 * decoded, but a colon that a client has encoded.
 */
const idPattern = '([\\w-]{1,128})';

function finder(operations: Operation[]) {
  const routes = operations.map((entry) => {
    const names = [...entry.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const pattern = new RegExp(`^${entry.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, idPattern)}$`);
    return { entry, names, pattern };
  });
  return (request: Request, response: ServerResponse) => {
    const path = request.path.replaceAll(/%3a/gi, ':');
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    let fitting = routes.filter(({ pattern }) => pattern.test(path));
    // `/schema` is no customer's id.
    if (fitting.some(({ names }) => names.length === 0)) fitting = fitting.filter(({ names }) => names.length === 0);
    const route = fitting.find(({ entry }) => entry.method === method);
    if (!route) throw notRouted(fitting, response);
    const [, ...values] = route.pattern.exec(path)!;
    return { entry: route.entry, params: Object.fromEntries(route.names.map((name, index) => [name, values[index]!])) };
  };
}

function notRouted(fitting: { entry: Operation }[], response: ServerResponse): Failure {
  const methods = [...new Set(fitting.map(({ entry }) => entry.method.toUpperCase()))].join(', ');
  if (methods === '') return new Failure('not_found', 'There is nothing here.');
  response.setHeader('allow', methods);
  return new Failure('method_not_allowed', `This takes ${methods}.`);
}

function queryOf(entry: Operation, request: Request): unknown {
  const query = request.url.includes('?') ? { ...request.query } : {};
  if (entry.query) return validated(entry.query, query);
  const problems = Object.keys(query).map((name) => ({ pointer: pointer([name]), detail: 'is not known' }));
  if (problems.length > 0) throw notValid(problems);
  return undefined;
}

function bodyOf(entry: Operation, request: Received, length: number): unknown {
  if (!entry.body) {
    const nothing = length === 0 || (request.is(['json', '+json']) && JSON.stringify(request.body) === '{}');
    if (!nothing) throw notValid([{ pointer: '', detail: 'takes no body' }]);
    return undefined;
  }
  if (length > 0 && !request.is(['json', '+json'])) {
    throw new Failure('unsupported_media_type', 'The body must be application/json.');
  }
  return validated(entry.body, length > 0 ? parsed(request.body) : undefined);
}

/** The framework parses `application/json` and leaves its relatives (`application/merge-patch+json`) as bytes. */
function parsed(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw notValid([{ pointer: '', detail: 'is not JSON' }]);
  }
}

/** All that is wrong at once, each with its place. */
function validated(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw notValid(
    parsed.error.issues.flatMap((issue): Problem[] => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known' }));
      }
      const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      return [{ pointer: pointer(issue.path), detail: missing ? 'is needed' : issue.message }];
    }),
  );
}

function notValid(problems: Problem[]): Failure {
  return new Failure('invalid_request', 'The request is not valid.', { problems });
}

/** A body's field, or a query's or header's name. @see https://www.rfc-editor.org/rfc/rfc6901#section-3 */
function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
function keyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw notValid([{ pointer: '/Idempotency-Key', detail: 'must be 1 to 255 visible characters' }]);
}

/**
 * Whether an ETag is one of those named; undefined for `*`. A weak one never matches.
 * @throws Failure `version_required`, `invalid_request`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
function matching(ifMatch: string | undefined): ((etag: string) => boolean) | undefined {
  if (ifMatch === undefined) {
    throw new Failure('version_required', 'If-Match is needed: the ETag of what was read, or * for any state.');
  }
  if (ifMatch.trim() === '*') return undefined;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw notValid([{ pointer: '/If-Match', detail: 'must be quoted ETags, or *' }]);
  }
  return (etag) => tags.includes(`"${etag}"`);
}
