/** A typed client of the API of `customers`. */

import type { Client } from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

export type { components, operations, paths } from './api.d.ts';

type Schemas = components['schemas'];
export type Customer = Schemas['Customer'];
export type User = Schemas['User'];
export type Sync = Schemas['Sync'];
export type Problem = Schemas['Problem'];

export type CustomersClient = Client<paths>;

/**
 * @param options.url the address of the API
 * @param options.idToken returns a Google-signed ID token whose audience is that address; called for every request. With
 *   google-auth-library: `async () => (await auth.getIdTokenClient(url)).idTokenProvider.fetchIdToken(url)`
 * @param options.fetch sends the requests; the global `fetch` by default
 */
export function createCustomersClient(options: {
  url: string;
  idToken: () => string | Promise<string>;
  fetch?: (request: Request) => Promise<Response>;
}): CustomersClient;

/** A failed request, with the problem that the API returned. */
export class CustomersError extends Error {
  readonly status: number;
  /** Does not change; `unknown` when another server on the way has responded. */
  readonly code: Problem['code'] | 'unknown';
  readonly problem: Problem | undefined;
}

/**
 * The body of a successful response: `const customer = unwrap(await client.GET('/{id}', …))`.
 * @throws CustomersError
 */
export function unwrap<T>(result: { data?: T; error?: unknown; response: Response }): T;
