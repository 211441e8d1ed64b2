/**
 * Refuses hostile requests before the functions framework handles them. The framework inflates and keeps bodies of up to
 * 1 GB before it calls a function; here the guard reads the body itself, and the framework's parsers skip a body that has
 * been read.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Application } from 'express';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../ports.ts';
import { installErrorHandler } from './framework-errors.ts';
import { sendProblem } from './problem.ts';
import { type BodyReading, checkBodyHeaders, free, hasBody, parseBody, readBody } from './request-body.ts';
import { traceOf } from './trace.ts';

/** How many bodies are read at the same time. Above it the slowest one is refused, which is rarely an honest one. */
const maxReadings = 50;
/** After a refusal the connection stays open this long, because a reset could reach the client before the response. */
const lingerMs = 500;
const maxLingering = 50;
/** Headers that arrive later are sent slowly on purpose. */
const headersTimeoutMs = 10_000;

type Refuse = (request: IncomingMessage, response: ServerResponse, error: unknown) => void;

export interface GuardOptions {
  /** Headers of every response, the framework's own ones included. */
  headers?: Record<string, string>;
  /** Answers a refused request; without it, with a problem as JSON. The response is Node's, without Express's methods. */
  refuse?: Refuse;
  /** Only POST with a body is allowed. The framework fails with an error of its own when an event function gets anything else. */
  eventsOnly?: boolean;
}

/**
 * Guards the server that the framework creates for a function. The framework creates it after it has loaded the function, so
 * the server is taken from its first request, which Node announces before any listener handles it.
 * @see https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart
 */
export function guardFunction(log: Log, options?: GuardOptions): void {
  const channel = 'http.server.request.start';
  const onRequest = (message: unknown) => {
    const { server } = message as { server: Server };
    if (!frameworkApp(server)) return;
    unsubscribe(channel, onRequest);
    guardServer(server, log, options);
  };
  subscribe(channel, onRequest);
}

/** Guards a server of the framework. Does nothing for another kind of server, or one that is guarded already. */
export function guardServer(server: Server, log: Log, options: GuardOptions = {}): void {
  const app = frameworkApp(server);
  if (!app) return;
  const refuse: Refuse =
    options.refuse ?? ((request, response, error) => sendProblem(response, error, log, traceOf(request)));
  installErrorHandler(app, refuse);
  const listener = withChecks(app, options, refuse);
  server.removeAllListeners('request').on('request', listener).on('checkContinue', listener);
  server.on('clientError', refuseMalformed);
  server.headersTimeout = headersTimeoutMs;
}

/** The framework's Express application, which is the server's only listener until the guard takes its place. */
function frameworkApp(server: Server): Application | undefined {
  return server.listeners('request').find((listener) => 'use' in listener) as Application | undefined;
}

type Received = IncomingMessage & { body?: unknown; rawBody?: Buffer };

/** The framework's listener behind the checks. */
function withChecks(
  app: RequestListener,
  { headers = {}, eventsOnly = false }: GuardOptions,
  refuse: Refuse,
): RequestListener {
  const readWithinLimits = limitedReader();
  const refuseUnread = lingeringRefusal(refuse);

  return async (request: Received, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    let body: Buffer | undefined;
    try {
      checkPath(request.url ?? '');
      if (eventsOnly) checkEvent(request);
      if (hasBody(request)) {
        checkBodyHeaders(request);
        if (request.headers.expect !== undefined) response.writeContinue();
        body = await readWithinLimits(request);
        request.body = parseBody(request.headers['content-type'], body);
        request.rawBody = body;
      }
    } catch (error) {
      if (body) free(body);
      if (request.complete) refuse(request, response, error);
      else refuseUnread(request, response, error);
      return;
    }
    app(request, response);
  };
}

/** Reads bodies, at most `maxReadings` at a time. */
function limitedReader(): (request: IncomingMessage) => Promise<Buffer> {
  const readings = new Set<BodyReading>();
  return async (request) => {
    const [oldest] = readings;
    if (oldest && readings.size >= maxReadings) {
      readings.delete(oldest);
      oldest.stop(new Failure('request_timeout', 'The body did not arrive in time.'));
    }
    const reading = readBody(request);
    readings.add(reading);
    return reading.body.finally(() => readings.delete(reading));
  };
}

/** Refuses requests whose body has not arrived completely, and closes their connections after `lingerMs`. */
function lingeringRefusal(refuse: Refuse): Refuse {
  let lingering = 0;
  return (request, response, error) => {
    response.setHeader('connection', 'close');
    // What has been read is dropped, and the rest stays with the client.
    request.on('data', free);
    setImmediate(() => request.socket.pause());
    if (lingering < maxLingering) {
      lingering += 1;
      const end = response.end.bind(response);
      response.end = (text: unknown) => {
        response.write(text);
        setTimeout(end, lingerMs);
        return response;
      };
      response.once('close', () => {
        lingering -= 1;
      });
    }
    refuse(request, response, error);
  };
}

function checkEvent(request: IncomingMessage): void {
  if (request.method !== 'POST') throw new Failure('method_not_allowed', 'Allowed methods: POST.');
  if (!hasBody(request)) {
    const problems = [{ pointer: '', detail: 'has no body' }];
    throw new Failure('invalid_request', 'The request has no body.', { problems });
  }
}

/** Express answers a path that cannot be decoded by itself, before any handler. */
function checkPath(url: string): void {
  try {
    decodeURIComponent(url);
  } catch {
    const problems = [{ pointer: '', detail: 'has a path or query that cannot be decoded' }];
    throw new Failure('invalid_request', 'The address cannot be decoded.', { problems });
  }
}

const malformedStatuses: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers bytes that are not HTTP, as Node does by itself, and frees the copy of what was received. */
function refuseMalformed(error: Error & { code?: string; rawPacket?: Buffer }, socket: Duplex): void {
  if (error.rawPacket) free(error.rawPacket);
  const status = malformedStatuses[error.code ?? ''] ?? '400 Bad Request';
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  else socket.destroy();
}
