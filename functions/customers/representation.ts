/** How the API shows what is stored: the seed's field names, instants as RFC 3339, no secret ever. Pure. */

import { missingScopes } from '../../shared/domain/authorization.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import type { CustomerEvent } from '../../shared/domain/event.ts';
import type { SyncRun } from '../../shared/domain/sync.ts';
import type { User } from '../../shared/domain/user.ts';

const instant = (ms: number) => new Date(ms).toISOString();
const instantIf = <K extends string>(name: K, ms: number | undefined) =>
  (ms === undefined ? {} : { [name]: instant(ms) }) as Partial<Record<K, string>>;

/** Seconds left, never below 0: what "expires in" counts. */
const secondsLeft = (at: number, now: number) => Math.max(0, Math.floor((at - now) / 1000));

export function showCustomer(customer: Customer, connection: Connection, context: { now: number; scopes: string[] }) {
  const { grant } = connection;
  return {
    id: customer.id,
    hierarchy: customer.hierarchy,
    name: customer.name,
    account_number: customer.accountNumber,
    ...(customer.httpProxy && { http_proxy: customer.httpProxy }),
    ...(customer.httpsProxy && { https_proxy: customer.httpsProxy }),
    shadow: customer.shadow,
    ...(grant && {
      access_token_expires: instant(grant.accessExpiresAt),
      access_token_expires_in: secondsLeft(grant.accessExpiresAt, context.now),
      refresh_token_expires: instant(grant.refreshExpiresAt),
      refresh_token_expires_in: secondsLeft(grant.refreshExpiresAt, context.now),
    }),
    connection: showConnection(connection, context.scopes),
    create_time: instant(customer.createdAt),
    update_time: instant(customer.updatedAt),
  };
}

function showConnection(connection: Connection, requiredScopes: string[]) {
  const { grant, fault } = connection;
  return {
    state: connection.state,
    ...(grant?.authorizer && {
      organization_name: grant.authorizer.organizationName,
      authorized_by: grant.authorizer.email,
    }),
    ...(grant && {
      scopes: grant.scopes,
      missing_scopes: missingScopes(requiredScopes, grant.scopes),
      authorize_time: instant(grant.grantedAt),
      refresh_time: instant(grant.refreshedAt),
    }),
    ...instantIf('next_refresh_time', connection.nextRefreshAt),
    failures: connection.failures,
    ...(fault && {
      last_failure: {
        code: fault.code,
        message: fault.message,
        time: instant(fault.at),
        ...(fault.trackingId && { tracking_id: fault.trackingId }),
      },
    }),
  };
}

export function showUser(user: User) {
  return {
    id: user.id,
    display_name: user.displayName ?? null,
    first_name: user.firstName ?? null,
    last_name: user.lastName ?? null,
    nick_name: user.nickName ?? null,
    emails: user.emails,
    phone_numbers: user.phoneNumbers,
    extension: user.extension ?? null,
    title: user.title ?? null,
    department: user.department ?? null,
    status: user.removedAt === undefined ? user.status : 'removed',
    licenses: user.licenses,
    roles: user.roles,
    ...instantIf('remove_time', user.removedAt),
  };
}

export function showSync(run: SyncRun) {
  return {
    id: run.id,
    state: run.state,
    ...(run.by && { by: run.by }),
    ask_time: instant(run.askedAt),
    ...instantIf('start_time', run.startedAt),
    ...instantIf('end_time', run.endedAt),
    counts: run.counts,
    ...(run.fault && { failure: run.fault }),
    ...(run.held && { held: run.held }),
  };
}

export function showEvent(event: CustomerEvent) {
  return {
    id: event.id,
    type: event.type,
    time: instant(event.at),
    ...(event.by && { by: event.by }),
    ...(event.facts && { facts: event.facts }),
  };
}
