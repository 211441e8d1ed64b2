/** A customer as the API returns it: the source's field names, instants as RFC 3339, never a secret. Pure. */

import * as z from 'zod';
import { missingScopes } from '../../../shared/domain/authorization.ts';
import { type Connection, connectionStates } from '../../../shared/domain/connection.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { type PendingGrant, pendingSources } from '../../../shared/domain/grant.ts';
import { maskPassword } from '../../../shared/domain/proxy.ts';
import { syncSettings } from '../../../shared/domain/sync-run.ts';
import { count, instant, instantOrNull, nextPageToken, time } from './fields.ts';
import { accountNumber, hierarchy, httpProxy, httpsProxy, name, shadowName, syncFields } from './requests.ts';

/** A request field as the response shows it: its title and description, without its rule. */
const responseField = (field: z.ZodType) => z.string().meta(field.meta() ?? {});

const failureResponse = z.object({
  code: z.string(),
  message: z.string(),
  time,
  tracking_id: z.string().nullable().meta({ description: "Webex's id of the failed request, for its support." }),
});

const pendingResponse = z
  .object({
    source: z.enum(pendingSources).meta({
      description:
        '`code`: a connect link; `pasted`: tokens of a request; `revived`: an ended connection that works again.',
    }),
    since: time,
    tries: count.meta({ description: 'Failed attempts to verify them.' }),
    failure: failureResponse.omit({ tracking_id: true }).nullable().meta({ description: 'Why the last try failed.' }),
  })
  .meta({
    description:
      'New tokens whose owner Webex has not confirmed yet. They are tried again and not used until then; a working connection stays in use.',
  });

const connectionResponse = z
  .object({
    state: z.enum(connectionStates),
    organization_name: z.string().nullable(),
    authorized_by: z.string().nullable().meta({ description: 'The administrator who authorized the connection.' }),
    authorize_time: time.nullable(),
    refresh_time: time.nullable(),
    next_refresh_time: time.nullable(),
    scopes: z.array(z.string()),
    missing_scopes: z
      .array(z.string())
      .meta({ description: 'Required scopes that were not granted. Authorize again to grant them.' }),
    failures: count.meta({ description: 'Failed refreshes since the last success.' }),
    last_failure: failureResponse.nullable(),
    pending: pendingResponse.nullable(),
  })
  .meta({ id: 'Connection', description: "The customer's connection to Webex and its health." });

const expires = (what: string) =>
  time.nullable().meta({ title: `${what} Token Expires In`, description: `Time when the ${what} Token will expire.` });
const expiresIn = count.nullable().meta({ description: 'Seconds left, never below 0.' });

export const customerResponse = z
  .object({
    id: z.string().meta({ examples: ['0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10'] }),
    hierarchy: responseField(hierarchy),
    name: responseField(name),
    account_number: responseField(accountNumber),
    http_proxy: responseField(httpProxy).nullable(),
    https_proxy: responseField(httpsProxy).nullable(),
    shadow: z.array(z.object({ name: responseField(shadowName) })).max(1),
    sync: z.object(syncFields).meta({ description: 'How the users are synced, defaults included.' }),
    access_token_expires: expires('Access'),
    access_token_expires_in: expiresIn,
    refresh_token_expires: expires('Refresh'),
    refresh_token_expires_in: expiresIn,
    connection: connectionResponse,
    etag: z.string().meta({ description: 'Goes into `If-Match`; also in the header `ETag`.' }),
    create_time: time,
    update_time: time,
  })
  .meta({ id: 'Customer' });

export const customerListResponse = z
  .object({ customers: z.array(customerResponse), next_page_token: nextPageToken })
  .meta({ id: 'CustomerList' });

/** Seconds left, never below 0; null where the expiry is unknown. */
const secondsLeft = (at: number | undefined, now: number) =>
  at === undefined ? null : Math.max(0, Math.floor((at - now) / 1000));

export function toCustomerResponse(
  { customer, connection }: { customer: Customer; connection: Connection },
  context: { now: number; scopes: string[] },
): z.infer<typeof customerResponse> {
  const { grant } = connection;
  const sync = syncSettings(customer.sync);
  return {
    id: customer.id,
    hierarchy: customer.hierarchy,
    name: customer.name,
    account_number: customer.accountNumber,
    http_proxy: customer.httpProxy ? maskPassword(customer.httpProxy) : null,
    https_proxy: customer.httpsProxy ? maskPassword(customer.httpsProxy) : null,
    shadow: customer.shadow,
    sync: {
      every_hours: sync.everyHours,
      held_above_people: sync.heldAbovePeople,
      held_above_share: sync.heldAboveShare,
      held_above: sync.heldAbove,
      check_total: sync.checkTotal,
    },
    access_token_expires: instantOrNull(grant?.accessExpiresAt),
    access_token_expires_in: secondsLeft(grant?.accessExpiresAt, context.now),
    refresh_token_expires: instantOrNull(grant?.refreshExpiresAt),
    refresh_token_expires_in: secondsLeft(grant?.refreshExpiresAt, context.now),
    connection: toConnectionResponse(connection, context.scopes),
    etag: customer.etag,
    create_time: instant(customer.createdAt),
    update_time: instant(customer.updatedAt),
  };
}

function toConnectionResponse(connection: Connection, requiredScopes: string[]): z.infer<typeof connectionResponse> {
  const { grant, fault, pending } = connection;
  return {
    state: connection.state,
    organization_name: grant?.authorizer?.organizationName ?? null,
    authorized_by: grant?.authorizer?.email ?? null,
    authorize_time: instantOrNull(grant?.grantedAt),
    refresh_time: instantOrNull(grant?.refreshedAt),
    next_refresh_time: instantOrNull(connection.nextRefreshAt),
    scopes: grant?.scopes ?? [],
    missing_scopes: grant ? missingScopes(requiredScopes, grant.scopes) : [],
    failures: connection.failures,
    last_failure: fault
      ? { code: fault.code, message: fault.message, time: instant(fault.at), tracking_id: fault.trackingId ?? null }
      : null,
    pending: pending ? toPendingResponse(pending) : null,
  };
}

function toPendingResponse({ source, receivedAt, tries, fault }: PendingGrant): z.infer<typeof pendingResponse> {
  const failure = fault ? { code: fault.code, message: fault.message, time: instant(fault.at) } : null;
  return { source, since: instant(receivedAt), tries, failure };
}
