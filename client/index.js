/** A typed client of the API of `customers`. Its types are in index.d.ts, generated from the OpenAPI document. */

import createFetchClient from 'openapi-fetch';

/** A failed request, with the problem that the API returned. */
export class CustomersError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The API responded with status ${status}.`);
    this.name = 'CustomersError';
    this.status = status;
    this.code = problem?.code ?? 'unknown';
    this.problem = problem;
  }
}

export function createCustomersClient({ url, idToken, fetch }) {
  const client = createFetchClient({ baseUrl: url.replace(/\/+$/, ''), ...(fetch && { fetch }) });
  client.use({
    async onRequest({ request }) {
      const token = await idToken();
      request.headers.set('authorization', `Bearer ${token}`);
      // Cloud Run checks this header and removes its signature; then it leaves the other header alone.
      request.headers.set('x-serverless-authorization', `Bearer ${token}`);
      return request;
    },
  });
  return client;
}

export function unwrap({ data, error, response }) {
  if (!response.ok) throw new CustomersError(response.status, error);
  return data;
}
