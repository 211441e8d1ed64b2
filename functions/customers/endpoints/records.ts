/** The operations on customer records: list, create, get, change, delete. */

import * as z from 'zod';
import { adopted, adoptInto, exchangePastedTokens, type Pasted } from '../../../shared/connect/pasted-tokens.ts';
import { deleteCustomer } from '../../../shared/customers/delete.ts';
import { listCustomers, type Position } from '../../../shared/customers/list.ts';
import {
  assertFree,
  assertMay,
  type CustomerRead,
  changeCustomer,
  changed,
  createCustomer,
  newCustomer,
  readCustomer,
  readStored,
} from '../../../shared/customers/records.ts';
import { actor } from '../../../shared/domain/caller.ts';
import type { Customer, CustomerFields } from '../../../shared/domain/customer.ts';
import { Failure, type Problem } from '../../../shared/domain/failure.ts';
import { keepPassword, proxyProblem } from '../../../shared/domain/proxy.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { SyncSettings } from '../../../shared/domain/sync-run.ts';
import type { Ports } from '../../../shared/ports.ts';
import { performInCommit } from '../../../shared/storage/idempotency.ts';
import { newEvents } from '../../../shared/storage/outbox.ts';
import { decideRequest, reschedule } from '../../../shared/sync/request.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { pageToken, positionOf } from '../api/page-token.ts';
import { customerShown, orNull, showCustomer } from '../schemas/customer.ts';
import { customerCreate, customerPatch, listQuery } from '../schemas/requests.ts';

const customersShown = z.object({
  customers: z.array(customerShown),
  next_page_token: orNull(z.string()).meta({ description: 'Null on the last page.' }),
});

export function recordOperations(ports: Ports): Operation[] {
  const { store, clock, settings, sealer } = ports;
  const show = (read: CustomerRead) => showCustomer(read, { now: clock.now(), scopes: settings.requiredScopes });
  const withETag = (read: CustomerRead) => ({ body: show(read), headers: { etag: `"${read.customer.etag}"` } });

  return [
    operation({
      id: 'listCustomers',
      tag: 'customers',
      summary: 'Customers at or below a node, by name',
      description:
        'Only customers that the caller may read are listed. A page may hold fewer than `page_size` though more follow.',
      method: 'get',
      path: '/',
      role: 'reader',
      query: listQuery,
      status: 200,
      shows: customersShown,
      async handle({ caller, query }) {
        const after = await positionOf<Position>(sealer, 'customers', query);
        const { missing_scope: missing } = query;
        const found = await listCustomers(store, caller, {
          direction: query.order_by === 'name' ? 'ascending' : 'descending',
          pageSize: query.page_size,
          ...(query.hierarchy && { hierarchy: query.hierarchy }),
          ...(query.state && { state: query.state }),
          ...(missing && { lacking: missing === 'any' ? settings.requiredScopes : [missing] }),
          ...(query.name_prefix && { namePrefix: query.name_prefix }),
          ...(after && { after }),
        });
        const next = found.next ? await pageToken(sealer, 'customers', query, found.next) : null;
        return { body: { customers: found.customers.map(show), next_page_token: next } };
      },
    }),
    operation({
      id: 'createCustomer',
      tag: 'customers',
      summary: 'Create a customer',
      description:
        'A pasted pair (`token`, `refresh_token`) is refreshed at once and must be of the organization in `account_number`; while Webex is away it is kept and tried as soon as possible.',
      method: 'post',
      path: '/',
      role: 'administrator',
      body: customerCreate,
      status: 201,
      shows: customerShown,
      etag: true,
      idempotency: 'commit',
      failures: [
        'already_exists',
        'wrong_organization',
        'administrator_required',
        'scopes_missing',
        'client_refused',
        'busy',
      ],
      handle: ({ caller, role, body, idempotent }) =>
        performInCommit(idempotent, async (responseWrites) => {
          assertMay(caller, body.hierarchy, role);
          const fields = toFields(body, undefined, settings.allowLocalProxies);
          const created = newCustomer(fields, clock.now());
          const pasted = toPasted(body);
          if (!pasted) {
            const answer = { status: 201, ...withETag(created) };
            await createCustomer(ports, caller, created, { writes: await responseWrites(answer) });
            return answer;
          }
          // Before Webex is asked: a token that it may replace must not be spent on a name that is taken.
          await assertFree(store, created.customer);
          const adoption = await exchangePastedTokens(ports, created.customer, pasted);
          const { connection, events: drafts } = await adopted(ports, created.connection, pasted, adoption);
          const read = { customer: created.customer, connection };
          const answer = { status: 201, ...withETag(read) };
          const of = { customerId: created.customer.id, now: clock.now(), by: actor(caller) };
          const sync = await decideRequest(ports, of.customerId, of.by);
          await createCustomer(ports, caller, read, {
            writes: [...(await responseWrites(answer)), ...sync.writes],
            events: [...newEvents(drafts, of), ...sync.events],
            messages: sync.messages,
          });
          return answer;
        }),
    }),
    operation({
      id: 'getCustomer',
      tag: 'customers',
      summary: 'One customer',
      method: 'get',
      path: '/{id}',
      role: 'reader',
      status: 200,
      shows: customerShown,
      etag: true,
      handle: async ({ caller, role, params }) => withETag(await readCustomer(store, caller, params.id!, role)),
    }),
    operation({
      id: 'changeCustomer',
      tag: 'customers',
      summary: 'Change a customer (JSON merge patch)',
      description:
        '`If-Match` must name the state that the change is meant for; `*` is any. A pasted pair is adopted before the record is changed, and stays adopted if the record has been changed by others meanwhile.',
      method: 'patch',
      path: '/{id}',
      role: 'administrator',
      body: customerPatch,
      status: 200,
      shows: customerShown,
      etag: true,
      conditional: true,
      failures: [
        'already_exists',
        'wrong_organization',
        'administrator_required',
        'scopes_missing',
        'client_refused',
        'webex_unavailable',
        'webex_rate_limited',
        'webex_unexpected',
        'proxy_refused',
        'secrets_unavailable',
      ],
      async handle({ caller, role, params, body, matches }) {
        const id = params.id!;
        const change = (customer: Customer) =>
          toFields({ ...unchanged(customer), ...body }, customer, settings.allowLocalProxies);
        const pasted = toPasted(body);
        if (pasted) {
          const read = await readStored(store, caller, id, role);
          assertSameOrganization(read.customer.data, body.account_number);
          await adoptInto(ports, caller, await changed(ports, caller, read, matches, change), pasted);
        }
        const read = await changeCustomer(ports, caller, id, matches, change);
        if (body.sync !== undefined) await reschedule(ports, id);
        return withETag(read);
      },
    }),
    operation({
      id: 'deleteCustomer',
      tag: 'customers',
      summary: 'Delete a customer, its tokens and its users',
      description:
        'The tokens are gone at once, and revoked at Webex where the granted scopes allow it; users and history are cleared away in the background. `If-Match` must name the state that is meant; `*` is any.',
      method: 'delete',
      path: '/{id}',
      role: 'administrator',
      status: 204,
      conditional: true,
      async handle({ caller, params, matches }) {
        await deleteCustomer(ports, caller, params.id!, matches);
        return {};
      },
    }),
  ];
}

/**
 * Tokens are proven against the record as it will be, but kept before it is changed: another organization's must not be.
 * @throws Failure `invalid_request`
 */
function assertSameOrganization({ accountNumber }: Customer, sent: string | undefined): void {
  if (sent === undefined || sent === accountNumber) return;
  const problems = [{ pointer: '/account_number', detail: 'cannot be changed together with tokens: change it first' }];
  throw new Failure('invalid_request', 'The request is not valid.', { problems });
}

function toPasted(body: { token?: string | undefined; refresh_token?: string | undefined }): Pasted | undefined {
  if (body.token === undefined || body.refresh_token === undefined) return undefined;
  return { accessToken: new Secret(body.token), refreshToken: new Secret(body.refresh_token) };
}

type SyncBody = z.infer<typeof customerPatch>['sync'];
type Body = z.infer<typeof customerPatch> &
  Pick<z.infer<typeof customerCreate>, 'hierarchy' | 'name' | 'account_number'>;

/** What a patch leaves as it is. */
function unchanged(customer: Customer) {
  return {
    hierarchy: customer.hierarchy,
    name: customer.name,
    account_number: customer.accountNumber,
    http_proxy: customer.httpProxy,
    https_proxy: customer.httpsProxy,
    shadow: customer.shadow,
  };
}

/** @throws Failure `invalid_request` for a masked password that stands for no stored one, and for a new proxy at a local address */
function toFields(body: Body, before: Customer | undefined, allowLocalProxies: boolean): CustomerFields {
  const problems: Problem[] = [];
  const proxy = (pointer: string, sent: string | null | undefined, stored: string | undefined) => {
    const kept = sent ? keepPassword(sent, stored) : undefined;
    if (sent && kept === undefined)
      problems.push({ pointer, detail: 'holds a masked password: send the password itself' });
    const problem = kept !== undefined && kept !== stored ? proxyProblem(kept, allowLocalProxies) : undefined;
    if (problem) problems.push({ pointer, detail: problem });
    return kept;
  };
  const http = proxy('/http_proxy', body.http_proxy, before?.httpProxy);
  const https = proxy('/https_proxy', body.https_proxy, before?.httpsProxy);
  if (problems.length > 0) throw new Failure('invalid_request', 'The request is not valid.', { problems });
  const sync = toSync(body.sync, before?.sync);
  return {
    hierarchy: body.hierarchy,
    name: body.name,
    accountNumber: body.account_number,
    shadow: body.shadow ?? [],
    ...(http && { httpProxy: http }),
    ...(https && { httpsProxy: https }),
    ...(sync && { sync }),
  };
}

const syncNames: Record<keyof NonNullable<SyncBody>, keyof SyncSettings> = {
  every_hours: 'everyHours',
  held_above_people: 'heldAbovePeople',
  held_above_share: 'heldAboveShare',
  held_above: 'heldAbove',
  check_total: 'checkTotal',
};

/** The customer's own settings: a null brings the default back. */
function toSync(body: SyncBody, before: Partial<SyncSettings> | undefined): Partial<SyncSettings> | undefined {
  if (body === null) return undefined;
  const merged: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(body ?? {})) {
    const own = syncNames[field as keyof typeof syncNames];
    if (value === null) delete merged[own];
    else if (value !== undefined) merged[own] = value;
  }
  return Object.keys(merged).length > 0 ? (merged as Partial<SyncSettings>) : undefined;
}
