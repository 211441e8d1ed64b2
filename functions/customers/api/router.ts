/** From the table of endpoints to an HTTP handler: find, identify, validate, authorize, handle, respond. */

import type { ServerResponse } from 'node:http';
import type { HttpFunction } from '@google-cloud/functions-framework';
import { assertMay, readStored } from '../../../shared/customers/records.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import { isDocumentId } from '../../../shared/domain/document-id.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { sendProblem } from '../../../shared/http/problem.ts';
import { traceOf } from '../../../shared/http/trace.ts';
import type { Callers, Ports } from '../../../shared/ports.ts';
import { performOnce } from '../../../shared/storage/idempotency.ts';
import { type Call, type Endpoint, type EndpointResult, toApiResponse } from './endpoint.ts';
import { idempotencyKey, ifMatch } from './preconditions.ts';
import { type FrameworkRequest, validBody, validQuery } from './validation.ts';

/** @param endpoints in order of precedence: `/operations` before `/{id}` */
export function router(endpoints: Endpoint[], callers: Callers, ports: Ports): HttpFunction {
  const find = finder(endpoints);
  return async (request: FrameworkRequest, response) => {
    leaveDomain();
    const trace = traceOf(request);
    try {
      const found = find(request, response);
      send(response, found.entry, await perform(found, { callers, ports, request, trace }));
    } catch (error) {
      sendProblem(response, error, ports.log, trace);
    }
  };
}

/**
 * The framework runs each request in a `node:domain`, which makes every promise of the request slower: a fifth of the
 * throughput of GET. What a handler throws is caught by the router. Only what a timer or an emitter throws takes another
 * way: to the framework's handler of uncaught exceptions, which ends the instance.
 */
function leaveDomain(): void {
  (process as { domain?: { exit(): void } | null }).domain?.exit();
}

interface Found {
  entry: Endpoint;
  params: Record<string, string>;
}

interface Context {
  callers: Callers;
  ports: Ports;
  request: FrameworkRequest;
  trace: string;
}

async function perform({ entry, params }: Found, context: Context): Promise<EndpointResult> {
  const { callers, ports, request, trace } = context;
  const identified = entry.role ? await callers.identify(request.get('authorization')) : undefined;
  const caller: Caller = { id: '', grants: [], ...identified, request: trace };
  const query = validQuery(entry, request);
  const body = validBody(entry, request);
  const matches = entry.conditional ? ifMatch(request.get('if-match')) : undefined;
  const key = entry.idempotent ? idempotencyKey(request.get('idempotency-key')) : undefined;
  const customer = await authorize(ports, entry, { caller, params, body });
  const call = {
    caller,
    params,
    query: query as never,
    body,
    customer: customer as undefined,
    ...(matches && { matches }),
  };
  if (key === undefined) return entry.handle(ports, { ...call, resultWrites: async () => [] });
  const keyed = { callerId: caller.id, key, request: `${request.method} ${request.path}\n${JSON.stringify(body)}` };
  return performOnce(ports, keyed, async (responseWrites) => {
    const resultWrites: Call['resultWrites'] = (result) => responseWrites(toApiResponse(entry, result));
    return toApiResponse(entry, await entry.handle(ports, { ...call, resultWrites }));
  });
}

/**
 * The customer at `{id}`, where the caller has the endpoint's role. A response that is stored under an idempotency key is
 * repeated only after this: the caller or the customer may have left the node since.
 */
async function authorize(
  { store }: Ports,
  { role, path, node }: Endpoint,
  { caller, params, body }: Pick<Call, 'caller' | 'params' | 'body'>,
) {
  if (!role) return undefined;
  if (node) assertMay(caller, node(body), role);
  return path.startsWith('/{id}') ? readStored(store, caller, params.id!, role) : undefined;
}

function send(response: ServerResponse, entry: Endpoint, { body, headers }: EndpointResult): void {
  const text = body === undefined ? undefined : entry.contentType ? String(body) : JSON.stringify(body);
  response.writeHead(entry.status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(text !== undefined && {
      'content-type': entry.contentType ?? 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    }),
    ...headers,
  });
  response.end(text);
}

/** The characters of ids in a path. A user may be named by Webex's id too; other ids are made by this product. */
const idPattern = (name: string) => (name === 'user' ? '([\\w.:-]{1,400})' : '([\\w-]{1,128})');

interface Route {
  entry: Endpoint;
  names: string[];
  pattern: RegExp;
}

function toRoute(entry: Endpoint): Route {
  const names = [...entry.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const source = entry.path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, (_, name: string) => idPattern(name));
  return { entry, names, pattern: new RegExp(`^${source}$`) };
}

function finder(endpoints: Endpoint[]) {
  const routes = endpoints.map(toRoute);
  const byMethod = Map.groupBy(routes, ({ entry }) => entry.method as string);
  // `/schema` is no customer's id.
  const fixedPaths = new Set(endpoints.map(({ path }) => path).filter((path) => !path.includes('{')));
  const match = ({ entry, pattern }: Route, path: string) =>
    fixedPaths.has(path) && entry.path !== path ? null : pattern.exec(path);
  return (request: FrameworkRequest, response: ServerResponse): Found => {
    // Nothing else is decoded: an encoded character could name another document (`a%2Fusers%2Fb`).
    const path = request.path.includes('%') ? request.path.replaceAll(/%3a/gi, ':') : request.path;
    const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
    for (const route of byMethod.get(method) ?? []) {
      const values = match(route, path);
      if (!values) continue;
      const params = Object.fromEntries(route.names.map((name, index) => [name, values[index + 1]!]));
      if (!Object.values(params).every(isDocumentId)) break;
      return { entry: route.entry, params };
    }
    throw notRouted(
      routes.filter((route) => match(route, path)),
      method,
      response,
    );
  };
}

function notRouted(fitting: Route[], method: string, response: ServerResponse): Failure {
  const methods = [...new Set(fitting.map(({ entry }) => entry.method))];
  if (methods.length === 0 || methods.some((each) => each === method)) {
    return new Failure('not_found', 'There is nothing at this address.');
  }
  const allowed = methods.map((each) => each.toUpperCase()).join(', ');
  response.setHeader('allow', allowed);
  return new Failure('method_not_allowed', `Allowed methods: ${allowed}.`);
}
