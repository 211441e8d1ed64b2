/** The actions on one customer: refresh, sync, connect, and reveal an access token. */

import * as z from 'zod';
import { createConnectLink } from '../../../shared/connect/link.ts';
import { accessTokenFor, refreshCustomer } from '../../../shared/connect/refresh-customer.ts';
import { readCustomer, readStored } from '../../../shared/customers/records.ts';
import { actor } from '../../../shared/domain/caller.ts';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import { newEvents } from '../../../shared/storage/outbox.ts';
import { transact, unchanged } from '../../../shared/storage/transact.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { customerResponse, toCustomerResponse } from '../schemas/customer.ts';
import { count, instant, time } from '../schemas/fields.ts';
import { syncResponse, toSyncResponse } from '../schemas/sync.ts';

const connectLinkResponse = z
  .object({
    url: z.url().meta({ description: 'For an administrator of the organization. It works once.' }),
    expire_time: time,
  })
  .meta({ id: 'ConnectLink' });

const refreshResponse = z
  .object({
    outcome: z.enum(['refreshed', 'unchanged', 'superseded']).meta({
      description:
        '`unchanged`: Webex returned the same access token; `superseded`: another request renewed the connection in the meantime.',
    }),
    customer: customerResponse,
  })
  .meta({ id: 'Refresh' });

const accessTokenResponse = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expire_time: time,
    expires_in: count.meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'AccessToken' });

/** The failures of a call to Webex for this customer. */
export const webexFailures: FailureCode[] = [
  'not_connected',
  'reauthorization_required',
  'webex_unavailable',
  'webex_rate_limited',
  'webex_unexpected',
  'proxy_refused',
  'client_refused',
  'grant_refused',
  'busy',
];

export const actionEndpoints: Endpoint[] = [
  endpoint({
    id: 'refreshCustomer',
    tag: 'actions',
    summary: 'Refresh Access Token',
    description: 'Renews the tokens at Webex now. Simultaneous requests share one renewal.',
    method: 'post',
    path: '/{id}:refresh',
    role: 'operator',
    status: 200,
    response: refreshResponse,
    idempotent: true,
    failures: webexFailures,
    async handle(ports, { caller, params }) {
      const outcome = await refreshCustomer(ports, params.id, actor(caller));
      const read = await readCustomer(ports.store, caller, params.id, 'operator');
      const customer = toCustomerResponse(read, { now: ports.clock.now(), scopes: ports.settings.requiredScopes });
      return { body: { outcome, customer } };
    },
  }),
  endpoint({
    id: 'syncCustomer',
    tag: 'actions',
    summary: 'Sync Webex Teams Users',
    description: 'Starts a sync, or joins the one in progress. Poll its progress at `/{id}/syncs/{sync}`.',
    method: 'post',
    path: '/{id}:sync',
    role: 'operator',
    status: 202,
    response: syncResponse,
    idempotent: true,
    failures: ['not_connected'],
    async handle(ports, { caller, params, customer }) {
      if (!customer.connection.data.grant) {
        throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
      }
      return { body: toSyncResponse(await requestSync(ports, params.id, actor(caller))) };
    },
  }),
  endpoint({
    id: 'connectCustomer',
    tag: 'actions',
    summary: 'Create a connect link',
    description: 'An administrator of the organization opens it and authorizes the connection at Webex.',
    method: 'post',
    path: '/{id}:connect',
    role: 'operator',
    status: 201,
    response: connectLinkResponse,
    idempotent: true,
    async handle(ports, { caller, params }) {
      const read = async () => (await readStored(ports.store, caller, params.id, 'operator')).record;
      const { url, endsAt } = await createConnectLink(ports, params.id, actor(caller), read);
      return { body: { url, expire_time: instant(endsAt) } };
    },
  }),
  endpoint({
    id: 'revealAccessToken',
    tag: 'actions',
    summary: 'Reveal a working access token',
    description:
      'Renews the token first if it expires soon. Requires the role `token_reader`, which no other role includes. The history records every call. No `Idempotency-Key` is accepted, because the token is not stored for a repeated request.',
    method: 'post',
    path: '/{id}:accessToken',
    role: 'token_reader',
    status: 200,
    response: accessTokenResponse,
    failures: webexFailures,
    async handle(ports, { caller, params }) {
      const access = await accessTokenFor(ports, params.id);
      const now = ports.clock.now();
      // Recorded before it is returned: a token is not revealed unless the history says so. The commit names the record:
      // the customer may have left the caller's node since the request was authorized.
      await transact(ports, async () => {
        const { record } = await readStored(ports.store, caller, params.id, 'token_reader');
        const of = { customerId: params.id, now, by: actor(caller) };
        return {
          writes: [unchanged(record)],
          events: newEvents([{ type: 'access_token_revealed' }], of),
          result: undefined,
        };
      });
      const body: z.infer<typeof accessTokenResponse> = {
        access_token: access.accessToken.reveal(),
        token_type: 'Bearer',
        expire_time: instant(access.expiresAt),
        expires_in: Math.max(0, Math.floor((access.expiresAt - now) / 1000)),
      };
      return { body };
    },
  }),
];
