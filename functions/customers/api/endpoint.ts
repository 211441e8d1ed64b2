/** One entry of the table that is the API. The router, the OpenAPI document, the client and the tests are derived from it. */

import type * as z from 'zod';
import type { StoredCustomer } from '../../../shared/customers/records.ts';
import type { Caller, Role } from '../../../shared/domain/caller.ts';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import type { Ports, Write } from '../../../shared/ports.ts';
import type { ApiResponse } from '../../../shared/storage/idempotency.ts';

/** The names in braces of a path. */
type ParamsOf<Path extends string> = string extends Path
  ? string
  : Path extends `${string}{${infer Name}}${infer Rest}`
    ? Name | ParamsOf<Rest>
    : never;

/** A request that was identified, validated and authorized. */
export interface Call<Path extends string = string, Query = unknown, Body = unknown> {
  caller: Caller;
  params: Record<ParamsOf<Path>, string>;
  query: Query;
  body: Body;
  /** The customer at `{id}`, where the caller has the endpoint's role. */
  customer: Path extends `/{id}${string}` ? StoredCustomer : undefined;
  /** Whether `If-Match` names a record's ETag; undefined for `*`. */
  matches?: (etag: string) => boolean;
  /** The writes that store this result under the request's `Idempotency-Key`; none without a key. */
  resultWrites(result: EndpointResult): Promise<Write[]>;
}

/** What an endpoint responds when it succeeds. */
export interface EndpointResult {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Endpoint<
  Path extends string = string,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  id: string;
  tag: 'customers' | 'actions' | 'syncs' | 'users' | 'history' | 'operations' | 'about';
  summary: string;
  description: string;
  method: 'get' | 'post' | 'patch' | 'delete';
  /** In OpenAPI's form: `/{id}:refresh`. Where it holds `{id}`, the router authorizes the caller for that customer. */
  path: Path;
  /** Absent where no authentication is required. */
  role?: Role;
  /** The hierarchy node that a request without `{id}` names; the router authorizes the caller there. */
  node?: (body: z.infer<Body>) => string;
  query?: Query;
  body?: Body;
  status: 200 | 201 | 202 | 204;
  /** The schema of the response; absent for 204 and for what is not JSON. */
  response?: z.ZodType;
  /** Of the response, where it is not JSON. */
  contentType?: string;
  /** The response carries the record's ETag. */
  etag?: true;
  /** `If-Match` is required. */
  conditional?: true;
  /** `Idempotency-Key` is accepted. */
  idempotent?: true;
  /** What can go wrong beyond what follows from the rest of the entry. */
  failures?: FailureCode[];
  handle(ports: Ports, call: Call<Path, z.infer<Query>, z.infer<Body>>): Promise<EndpointResult>;
}

/** Infers the types of one entry of the table. */
export function endpoint<const Path extends string, Query extends z.ZodObject, Body extends z.ZodType>(
  entry: Endpoint<Path, Query, Body>,
): Endpoint {
  return entry as unknown as Endpoint;
}

/** All failures that an endpoint may respond with: what follows from its entry, and what it names itself. */
export function failuresOf(entry: Endpoint): FailureCode[] {
  const codes: FailureCode[] = ['invalid_request', ...(entry.failures ?? [])];
  if (entry.role)
    codes.push('unauthenticated', 'permission_denied', 'identity_unavailable', 'store_unavailable', 'internal');
  if (entry.path.includes('{')) codes.push('not_found');
  if (entry.method !== 'get') codes.push('request_too_large', 'unsupported_media_type');
  if (entry.conditional) codes.push('version_required', 'version_mismatch');
  if (entry.idempotent) codes.push('idempotency_key_reused');
  if (entry.idempotent || entry.conditional) codes.push('busy');
  // What is sealed: stored responses, page tokens, Webex tokens.
  const seals = entry.idempotent || 'page_token' in (entry.query?.shape ?? {}) || codes.includes('grant_refused');
  if (seals) codes.push('secrets_unavailable');
  return [...new Set(codes)];
}

/** A result as it is stored under an idempotency key. */
export function toApiResponse(entry: Endpoint, { body, headers = {} }: EndpointResult): ApiResponse {
  return { status: entry.status, headers, body };
}
