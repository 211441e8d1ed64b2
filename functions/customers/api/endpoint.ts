/** One entry of the table that is the API: the router, the OpenAPI document, the client and the tests are derived from it. */

import type * as z from 'zod';
import type { Caller, Role } from '../../../shared/domain/caller.ts';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import type { ApiResponse, IdempotentRequest } from '../../../shared/storage/idempotency.ts';

export interface Call<Query, Body> {
  caller: Caller;
  /** What the operation asks of its caller where the customer is. */
  role: Role;
  /** The names in braces of the path. */
  params: Record<string, string>;
  query: Query;
  body: Body;
  /** The request under its `Idempotency-Key`, where the endpoint stores its response in its own commit. */
  idempotent?: IdempotentRequest;
  /** Whether a record's ETag is one that `If-Match` names; undefined for `*`. */
  matches?: (etag: string) => boolean;
}

export interface Answer {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Operation<
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Shown extends z.ZodType = z.ZodType,
> {
  id: string;
  tag: 'customers' | 'actions' | 'syncs' | 'users' | 'history' | 'operations' | 'about';
  summary: string;
  description?: string;
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In OpenAPI's form: `/{id}:refresh`. */
  path: string;
  /** Absent where nobody is asked who they are. */
  role?: Role;
  query?: Query;
  body?: Body;
  status: 200 | 201 | 202 | 204;
  /** The shape of the answer; absent for 204. */
  shows?: Shown;
  /** Of the answer, where it is not JSON. */
  contentType?: string;
  /** The answer carries the record's ETag. */
  etag?: true;
  /** `If-Match` must be sent. */
  conditional?: true;
  /**
   * How `Idempotency-Key` is honoured: `commit` where the answer is kept in the commit of what it tells of, `claim` where
   * there are effects outside of the store.
   */
  idempotency?: 'commit' | 'claim';
  /** What can go wrong beyond what follows from the rest of the entry. */
  failures?: FailureCode[];
  handle(call: Call<z.infer<Query>, z.infer<Body>>): Promise<Answer>;
}

/** Infers the types of one entry of the table. */
export function operation<Query extends z.ZodObject, Body extends z.ZodType, Shown extends z.ZodType>(
  entry: Operation<Query, Body, Shown>,
): Operation {
  return entry as unknown as Operation;
}

/** All that an operation may answer besides its success: what follows from its entry, and what it names itself. */
export function failuresOf(entry: Operation): FailureCode[] {
  const codes: FailureCode[] = ['invalid_request', ...(entry.failures ?? [])];
  if (entry.role)
    codes.push('unauthenticated', 'permission_denied', 'identity_unavailable', 'store_unavailable', 'internal');
  if (entry.path.includes('{')) codes.push('not_found');
  if (entry.method !== 'get') codes.push('request_too_large', 'unsupported_media_type');
  if (entry.conditional) codes.push('version_required', 'version_mismatch');
  if (entry.idempotency) codes.push('idempotency_key_reused');
  if (entry.idempotency === 'claim' || entry.conditional) codes.push('busy');
  // What is sealed: kept answers, page tokens, tokens.
  const seals = entry.idempotency || 'page_token' in (entry.query?.shape ?? {}) || codes.includes('grant_refused');
  if (seals) codes.push('secrets_unavailable');
  return [...new Set(codes)];
}

/** An answer as an idempotency key keeps it. */
export function toApiResponse(entry: Operation, { body, headers = {} }: Answer): ApiResponse {
  return { status: entry.status, headers, body };
}
