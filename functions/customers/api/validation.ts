/** Query and body of a request, checked before any flow runs: every problem at once, each with its place. */

import { isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import type * as z from 'zod';
import { Failure, type Problem } from '../../../shared/domain/failure.ts';
import type { Endpoint } from './endpoint.ts';

/** A request as the functions framework passes it on. */
export type FrameworkRequest = Request & { rawBody?: Buffer };

/** Bodies are records of a few fields: a larger one is a mistake or an attack. */
export const bodyLimit = 64 * 1024;

/** @throws Failure `request_too_large` */
export function assertSize({ rawBody }: FrameworkRequest): void {
  if ((rawBody?.length ?? 0) <= bodyLimit) return;
  throw new Failure('request_too_large', `The body is longer than ${bodyLimit} bytes.`);
}

/** @throws Failure `invalid_request` */
export function validQuery(entry: Endpoint, request: FrameworkRequest): unknown {
  const start = request.url.indexOf('?');
  assertDecodable(start < 0 ? '' : request.url.slice(start + 1));
  const query = start < 0 ? {} : { ...request.query };
  if (entry.query) return validated(entry.query, query);
  const problems = Object.keys(query).map((name) => ({ pointer: pointer([name]), detail: 'is not known' }));
  if (problems.length > 0) throw notValid(problems);
  return undefined;
}

/** The framework decodes broken percent-encodings to U+FFFD: the request would be about another text. */
function assertDecodable(query: string): void {
  if (!query.includes('%')) return;
  for (const part of query.split('&')) {
    try {
      decodeURIComponent(part);
    } catch {
      throw notValid([{ pointer: pointer([part.split('=')[0]!]), detail: 'is not percent-encoded UTF-8' }]);
    }
  }
}

/** @throws Failure `invalid_request`, `unsupported_media_type` */
export function validBody(entry: Endpoint, request: FrameworkRequest): unknown {
  const { rawBody } = request;
  if (!rawBody || rawBody.length === 0) return entry.body ? validated(entry.body, undefined) : undefined;
  // The framework decodes damaged UTF-8 to U+FFFD, which would be stored.
  if (!isUtf8(rawBody)) throw notValid([{ pointer: '', detail: 'is not UTF-8' }]);
  if (!entry.body) {
    if (/^\s*\{\s*\}\s*$/.test(rawBody.toString())) return undefined;
    throw notValid([{ pointer: '', detail: 'takes no body' }]);
  }
  assertMediaType(request);
  return validated(entry.body, parsed(request.body));
}

/** JSON is UTF-8. @see https://www.rfc-editor.org/rfc/rfc8259#section-8.1 */
function assertMediaType(request: FrameworkRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (request.is(['json', '+json']) && /^utf-?8$/i.test(charset)) return;
  throw new Failure('unsupported_media_type', 'The body must be application/json in UTF-8.');
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

function validated(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw notValid(
    result.error.issues.flatMap((issue): Problem[] => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known' }));
      }
      const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      return [{ pointer: pointer(issue.path), detail: isMissing ? 'is required' : issue.message }];
    }),
  );
}

export function notValid(problems: Problem[]): Failure {
  return new Failure('invalid_request', 'The request is not valid.', { problems });
}

/** The place of a body's field, or the name of a parameter. @see https://www.rfc-editor.org/rfc/rfc6901#section-3 */
function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
