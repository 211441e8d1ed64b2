/** How the API shows a customer: the schema and the function that fits it, the source's field names, instants as RFC 3339, no secret ever. Pure. */

import * as z from 'zod';
import { missingScopes } from '../../../shared/domain/authorization.ts';
import { type Connection, connectionStates } from '../../../shared/domain/connection.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { maskPassword } from '../../../shared/domain/proxy.ts';
import { syncSettings } from '../../../shared/domain/sync-run.ts';
import { accountNumber, hierarchy, httpProxy, httpsProxy, name, shadowName, syncFields } from './requests.ts';

/** What is shown of a request field: its words, without its rule. */
const shown = (field: z.ZodType) => z.string().meta(field.meta() ?? {});

export const time = z.iso.datetime();
export const orNull = <T extends z.ZodType>(schema: T) => schema.nullable();
export const instant = (ms: number) => new Date(ms).toISOString();
export const instantOrNull = (ms: number | undefined) => (ms === undefined ? null : instant(ms));

const failureShown = z.object({
  code: z.string(),
  message: z.string(),
  time,
  tracking_id: orNull(z.string()).meta({ description: "Webex's own name for the failed request." }),
});

const connectionShown = z
  .object({
    state: z.enum(connectionStates),
    organization_name: orNull(z.string()),
    authorized_by: orNull(z.string()).meta({ description: 'The administrator whose consent the tokens carry.' }),
    authorize_time: orNull(time),
    refresh_time: orNull(time),
    next_refresh_time: orNull(time),
    scopes: z.array(z.string()),
    missing_scopes: z.array(z.string()).meta({ description: 'Required, and not granted: authorize again.' }),
    failures: z.int().meta({ description: 'Refreshes that failed since the last success.' }),
    last_failure: orNull(failureShown),
  })
  .meta({ id: 'Connection', description: "The customer's connection to Webex and its health." });

const expires = (what: string) =>
  orNull(time).meta({ title: `${what} Token Expires In`, description: `Time when the ${what} Token will expire.` });
const expiresIn = orNull(z.int()).meta({ description: 'The same in seconds from now, never below 0.' });

export const customerShown = z
  .object({
    id: z.string().meta({ examples: ['0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10'] }),
    hierarchy: shown(hierarchy),
    name: shown(name),
    account_number: shown(accountNumber),
    http_proxy: orNull(shown(httpProxy)),
    https_proxy: orNull(shown(httpsProxy)),
    shadow: z.array(z.object({ name: shown(shadowName) })).max(1),
    sync: z.object(syncFields).meta({ description: 'How the users are synced, defaults included.' }),
    access_token_expires: expires('Access'),
    access_token_expires_in: expiresIn,
    refresh_token_expires: expires('Refresh'),
    refresh_token_expires_in: expiresIn,
    connection: connectionShown,
    etag: z.string().meta({ description: 'For `If-Match`; also in the header ETag.' }),
    create_time: time,
    update_time: time,
  })
  .meta({ id: 'Customer' });

/** Seconds left, never below 0; null where nobody knows. */
const secondsLeft = (at: number | undefined, now: number) =>
  at === undefined ? null : Math.max(0, Math.floor((at - now) / 1000));

export function showCustomer(
  { customer, connection }: { customer: Customer; connection: Connection },
  context: { now: number; scopes: string[] },
): z.infer<typeof customerShown> {
  const verified = connection.grant?.unverified ? undefined : connection.grant;
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
    access_token_expires: instantOrNull(verified?.accessExpiresAt),
    access_token_expires_in: secondsLeft(verified?.accessExpiresAt, context.now),
    refresh_token_expires: instantOrNull(verified?.refreshExpiresAt),
    refresh_token_expires_in: secondsLeft(verified?.refreshExpiresAt, context.now),
    connection: showConnection(connection, context.scopes),
    etag: customer.etag,
    create_time: instant(customer.createdAt),
    update_time: instant(customer.updatedAt),
  };
}

function showConnection(connection: Connection, requiredScopes: string[]): z.infer<typeof connectionShown> {
  const { grant, fault } = connection;
  const verified = grant?.unverified ? undefined : grant;
  return {
    state: connection.state,
    organization_name: grant?.authorizer?.organizationName ?? null,
    authorized_by: grant?.authorizer?.email ?? null,
    authorize_time: instantOrNull(grant?.grantedAt),
    refresh_time: instantOrNull(verified?.refreshedAt),
    next_refresh_time: instantOrNull(connection.nextRefreshAt),
    scopes: verified?.scopes ?? [],
    missing_scopes: verified ? missingScopes(requiredScopes, verified.scopes) : [],
    failures: connection.failures,
    last_failure: fault
      ? { code: fault.code, message: fault.message, time: instant(fault.at), tracking_id: fault.trackingId ?? null }
      : null,
  };
}
