/**
 * Query and body of a request, checked before any flow runs: every problem at once, each with its place. The request guard
 * (shared/http) has checked size, encoding and nesting before.
 */

import type { Request } from 'express';
import type * as z from 'zod';
import { Failure, type Problem } from '../../../shared/domain/failure.ts';
import type { Endpoint } from './endpoint.ts';

/** A request as the functions framework passes it on. */
export type FrameworkRequest = Request & { rawBody?: Buffer };

/** @throws Failure `invalid_request` */
export function validQuery(entry: Endpoint, request: FrameworkRequest): unknown {
  const query = request.url.includes('?') ? { ...request.query } : {};
  if (entry.query) return validate(entry.query, query);
  const problems = Object.keys(query).map((name) => ({ pointer: pointer([name]), detail: 'is not known' }));
  if (problems.length > 0) throw notValid(problems);
  return undefined;
}

/** @throws Failure `invalid_request`, `unsupported_media_type` */
export function validBody(entry: Endpoint, request: FrameworkRequest): unknown {
  const { rawBody } = request;
  const isEmpty = !rawBody || rawBody.length === 0;
  if (entry.body) {
    if (!isEmpty && !request.is(['json', '+json'])) {
      throw new Failure('unsupported_media_type', 'The body must be application/json.');
    }
    return validate(entry.body, isEmpty ? undefined : request.body);
  }
  if (!isEmpty && !/^\s*\{\s*\}\s*$/.test(rawBody.toString()))
    throw notValid([{ pointer: '', detail: 'takes no body' }]);
  return undefined;
}

function validate(schema: z.ZodType, value: unknown): unknown {
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
