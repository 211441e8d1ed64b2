/** Reads the body of a request within limits of size, time and nesting, so that no request can fill an instance's memory. */

import type { IncomingMessage } from 'node:http';
import { Failure } from '../domain/failure.ts';

/** Bodies are records of a few fields, or messages that name one. */
export const maxBodyBytes = 64 * 1024;
/** A body that takes longer is sent slowly on purpose, or by a client that has gone. */
const maxBodyMs = 10_000;
/** Deeper than any document that the store takes. */
const maxDepth = 32;
/** Room for a body; more is added as it arrives, because an announced length need not be true. */
const firstBytes = 1024;

/**
 * Checks what the headers say of a body.
 * @throws Failure `unsupported_media_type`, `request_too_large`
 */
export function checkBodyHeaders({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    throw new Failure('unsupported_media_type', 'A body must not be compressed: send it without Content-Encoding.');
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new Failure('unsupported_media_type', 'The character set of a body must be UTF-8.');
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
}

/** Whether the headers announce a body. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A body that is being read; `stop` ends the reading with a failure. */
export interface BodyReading {
  body: Promise<Buffer>;
  stop(failure: Failure): void;
}

/** Reads the body. It rejects with Failure `request_too_large`, `request_timeout`, or `invalid_request` when it is cut off. */
export function readBody(request: IncomingMessage): BodyReading {
  let bytes: Buffer = Buffer.alloc(firstBytes);
  let length = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const stop = (failure: Failure) => {
    request.removeAllListeners('data').on('data', free);
    free(bytes);
    reject(failure);
  };
  const timer = setTimeout(() => stop(new Failure('request_timeout', 'The body did not arrive in time.')), maxBodyMs);
  request.on('data', (chunk: Buffer) => {
    if (length + chunk.length > maxBodyBytes) stop(tooLarge());
    else {
      if (length + chunk.length > bytes.length) bytes = grown(bytes, length + chunk.length);
      chunk.copy(bytes, length);
      length += chunk.length;
    }
    free(chunk);
  });
  request.once('end', () => resolve(bytes.subarray(0, length)));
  request.once('close', () => {
    if (!request.complete) stop(invalidBody('ended before its end'));
  });
  return { body: promise.finally(() => clearTimeout(timer)), stop };
}

function grown(bytes: Buffer, atLeast: number): Buffer {
  const larger = Buffer.alloc(Math.min(maxBodyBytes, Math.max(atLeast, 2 * bytes.length)));
  bytes.copy(larger);
  free(bytes);
  return larger;
}

/**
 * Frees the memory of a buffer at once. V8 would collect it late, because the memory lies outside of its heap, and a flood of
 * bodies would pile up meanwhile.
 */
export function free({ buffer, length }: Buffer): void {
  // A small buffer may share its memory with others.
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === length;
  if (isOwn && !buffer.detached) buffer.transfer(0);
}

/**
 * The body as the framework's parsers would give it: JSON parsed, other text as a string, the rest as bytes.
 * @throws Failure `invalid_request` for text that is not UTF-8, and for JSON that is malformed or nested too deeply
 */
export function parseBody(contentType: string | undefined, body: Buffer): unknown {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  const isJson = /^application\/([\w.+-]+\+)?json$/.test(type);
  const isForm = type === 'application/x-www-form-urlencoded';
  if (!isJson && !isForm && !type.startsWith('text/')) return body;
  const text = decode(body);
  if (isForm) return Object.fromEntries(new URLSearchParams(text));
  if (!isJson) return text;
  // The framework's parser takes an empty body for an empty object.
  if (text === '') return {};
  if (depthOf(body) > maxDepth) throw invalidBody('is nested too deeply');
  try {
    return JSON.parse(text);
  } catch {
    throw invalidBody('is not JSON');
  }
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalidBody('is not UTF-8');
  }
}

const [quote, backslash] = [0x22, 0x5c];
const [openers, closers] = [new Set(Buffer.from('[{')), new Set(Buffer.from(']}'))];

/** How deep JSON is nested, without parsing it: V8 would build every level first. */
function depthOf(json: Buffer): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]!;
    if (inString && byte === backslash) index += 1;
    else if (byte === quote) inString = !inString;
    else if (!inString && openers.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (!inString && closers.has(byte)) depth -= 1;
  }
  return deepest;
}

function tooLarge(): Failure {
  return new Failure('request_too_large', `A body may have at most ${maxBodyBytes} bytes.`);
}

function invalidBody(detail: string): Failure {
  return new Failure('invalid_request', `The body ${detail}.`, { problems: [{ pointer: '', detail }] });
}
