/** The actions on one customer: refresh, sync, connect, and a working access token. */

import * as z from 'zod';
import { createConnectLink } from '../../../shared/connect/link.ts';
import { readCustomer } from '../../../shared/customers/records.ts';
import { actor } from '../../../shared/domain/caller.ts';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import type { Ports } from '../../../shared/ports.ts';
import { newEvents } from '../../../shared/storage/outbox.ts';
import { commitDecision } from '../../../shared/storage/transact.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { refreshOnDemand } from '../../../shared/tokens/refresh-on-demand.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { customerShown, instant, showCustomer, time } from '../schemas/customer.ts';
import { showSync, syncShown } from './syncs.ts';

export const linkShown = z
  .object({
    url: z.url().meta({ description: 'To be opened by an administrator of the organization, once.' }),
    expire_time: time,
  })
  .meta({ id: 'ConnectLink' });

const refreshShown = z.object({
  outcome: z.enum(['refreshed', 'unchanged', 'superseded']).meta({
    description:
      '`unchanged`: Webex renews a token at most once a day; `superseded`: somebody else has just renewed it.',
  }),
  customer: customerShown,
});

const accessTokenShown = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expire_time: time,
    expires_in: z.int().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'AccessToken' });

/** What asking Webex for this customer may come to. */
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

export function actionOperations(ports: Ports): Operation[] {
  const { store, clock, settings } = ports;
  return [
    operation({
      id: 'refreshCustomer',
      tag: 'actions',
      summary: 'Refresh Access Token',
      method: 'post',
      path: '/{id}:refresh',
      role: 'operator',
      status: 200,
      shows: refreshShown,
      idempotency: 'claim',
      failures: webexFailures,
      async handle({ caller, role, params }) {
        await readCustomer(store, caller, params.id!, role);
        const { outcome } = await refreshOnDemand(ports, params.id!, actor(caller));
        const read = await readCustomer(store, caller, params.id!, role);
        return {
          body: { outcome, customer: showCustomer(read, { now: clock.now(), scopes: settings.requiredScopes }) },
        };
      },
    }),
    operation({
      id: 'syncCustomer',
      tag: 'actions',
      summary: 'Sync Webex Teams Users',
      description: 'Begins a sync, or joins the one that is under way. Its progress is at `/{id}/syncs/{sync}`.',
      method: 'post',
      path: '/{id}:sync',
      role: 'operator',
      status: 202,
      shows: syncShown,
      idempotency: 'claim',
      failures: ['not_connected'],
      async handle({ caller, role, params }) {
        const { connection } = await readCustomer(store, caller, params.id!, role);
        if (!connection.grant) throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
        return { body: showSync(await requestSync(ports, params.id!, actor(caller))) };
      },
    }),
    operation({
      id: 'connectCustomer',
      tag: 'actions',
      summary: 'A connect link: an administrator opens it and authorizes at Webex',
      method: 'post',
      path: '/{id}:connect',
      role: 'operator',
      status: 201,
      shows: linkShown,
      idempotency: 'claim',
      async handle({ caller, role, params }) {
        await readCustomer(store, caller, params.id!, role);
        const { url, endsAt } = await createConnectLink(ports, params.id!, actor(caller));
        return { body: { url, expire_time: instant(endsAt) } };
      },
    }),
    operation({
      id: 'revealAccessToken',
      tag: 'actions',
      summary: 'A working access token, refreshed first if it is near its end',
      description:
        'Needs the role `token_reader`, which no other role includes. Every call is an event in the history; no `Idempotency-Key`: a token is kept for no replay.',
      method: 'post',
      path: '/{id}:accessToken',
      role: 'token_reader',
      status: 200,
      shows: accessTokenShown,
      failures: webexFailures,
      async handle({ caller, role, params }) {
        const id = params.id!;
        await readCustomer(store, caller, id, role);
        const access = await getAccessToken(ports, id);
        const now = clock.now();
        // Recorded before it is given out: what cannot be recorded is not revealed.
        const events = newEvents([{ type: 'access_token_revealed' }], { customerId: id, now, by: actor(caller) });
        await commitDecision(ports, { writes: [], events });
        const body = {
          access_token: access.accessToken.reveal(),
          token_type: 'Bearer' as const,
          expire_time: instant(access.expiresAt),
          expires_in: Math.max(0, Math.floor((access.expiresAt - now) / 1000)),
        };
        return { body };
      },
    }),
  ];
}
