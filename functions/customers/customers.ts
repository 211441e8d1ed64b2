/** The operations of `customers`: each translates one request to a flow and its result to the API's representation. */

import { createConnectLink } from '../../shared/connect-link.ts';
import {
  type CustomerRead,
  changeCustomer,
  createCustomer,
  deleteCustomer,
  listCustomers,
  readCustomer,
} from '../../shared/customers.ts';
import type { Customer, CustomerFields } from '../../shared/domain/customer.ts';
import type { CustomerEvent } from '../../shared/domain/event.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { eventsOf, syncsOf, usersOf } from '../../shared/domain/paths.ts';
import type { SyncRun } from '../../shared/domain/sync.ts';
import type { User } from '../../shared/domain/user.ts';
import type { Callers, Outside } from '../../shared/ports.ts';
import { refreshNow } from '../../shared/refresh-now.ts';
import { requestSync } from '../../shared/sync.ts';
import { pageToken, positionOf } from './page-token.ts';
import { showCustomer, showEvent, showSync, showUser } from './representation.ts';
import { operation, router } from './router.ts';
import { customerCreate, customerPatch, historyQuery, listQuery, noQuery, usersQuery } from './schemas.ts';

/** The HTTP function `customers`. */
export function customers(outside: Outside, callers: Callers) {
  const { store, clock, settings } = outside;

  const show = ({ customer, connection }: CustomerRead) =>
    showCustomer(customer.data, connection.data, { now: clock.now(), scopes: settings.requiredScopes });
  const withETag = (read: CustomerRead) => ({ body: show(read), headers: { etag: `"${read.customer.version}"` } });

  const operations = [
    operation({
      id: 'listCustomers',
      summary: 'Customers at or below a node, by name',
      method: 'get',
      path: '/',
      status: 200,
      query: listQuery,
      async handle({ caller, query }) {
        const hierarchy = query.hierarchy ?? caller.grants[0]?.hierarchy;
        if (hierarchy === undefined) throw new Failure('permission_denied', 'You have no grant at all.');
        const after = positionOf<{ value: string; id: string }>(query.page_token);
        const found = await listCustomers(store, caller, {
          hierarchy,
          direction: query.order_by === 'name' ? 'ascending' : 'descending',
          pageSize: query.page_size,
          ...(query.state && { state: query.state }),
          ...(query.name_prefix && { namePrefix: query.name_prefix }),
          ...(after && { after }),
        });
        return {
          body: { customers: found.customers.map(show), ...(found.next && { next_page_token: pageToken(found.next) }) },
        };
      },
    }),
    operation({
      id: 'createCustomer',
      summary: 'Create a customer',
      method: 'post',
      path: '/',
      status: 201,
      query: noQuery,
      body: customerCreate,
      async handle({ caller, body }) {
        const fields: CustomerFields = {
          hierarchy: body.hierarchy,
          name: body.name,
          accountNumber: body.account_number,
          shadow: body.shadow ?? [],
          ...(body.http_proxy && { httpProxy: body.http_proxy }),
          ...(body.https_proxy && { httpsProxy: body.https_proxy }),
        };
        return withETag(await createCustomer(outside, caller, fields));
      },
    }),
    operation({
      id: 'connectCustomer',
      summary: 'A connect link: an administrator opens it and authorizes at Webex',
      method: 'post',
      path: '/{id}:connect',
      status: 201,
      query: noQuery,
      async handle({ caller, params }) {
        const { customer } = await readCustomer(store, caller, params.id!, 'operator');
        const { url, endsAt } = await createConnectLink(outside, customer.data.id, caller.id);
        return { body: { url, expire_time: new Date(endsAt).toISOString() } };
      },
    }),
    operation({
      id: 'refreshCustomer',
      summary: 'Refresh Access Token',
      method: 'post',
      path: '/{id}:refresh',
      status: 200,
      query: noQuery,
      async handle({ caller, params }) {
        await readCustomer(store, caller, params.id!, 'operator');
        const { outcome } = await refreshNow(outside, params.id!, caller.id);
        return { body: { outcome, customer: show(await readCustomer(store, caller, params.id!, 'operator')) } };
      },
    }),
    operation({
      id: 'syncCustomer',
      summary: 'Sync Webex Teams Users',
      method: 'post',
      path: '/{id}:sync',
      status: 202,
      query: noQuery,
      async handle({ caller, params }) {
        const { connection } = await readCustomer(store, caller, params.id!, 'operator');
        if (!connection.data.grant)
          throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
        return { body: showSync(await requestSync(outside, params.id!, caller.id)) };
      },
    }),
    operation({
      id: 'getCustomer',
      summary: 'One customer',
      method: 'get',
      path: '/{id}',
      status: 200,
      query: noQuery,
      handle: async ({ caller, params }) => withETag(await readCustomer(store, caller, params.id!, 'reader')),
    }),
    operation({
      id: 'changeCustomer',
      summary: 'Change a customer (JSON merge patch)',
      method: 'patch',
      path: '/{id}',
      status: 200,
      query: noQuery,
      body: customerPatch,
      async handle({ caller, params, body, header }) {
        const change = (customer: Customer): CustomerFields => {
          const { httpProxy, httpsProxy } = {
            httpProxy: body.http_proxy === undefined ? customer.httpProxy : body.http_proxy,
            httpsProxy: body.https_proxy === undefined ? customer.httpsProxy : body.https_proxy,
          };
          return {
            hierarchy: body.hierarchy ?? customer.hierarchy,
            name: body.name ?? customer.name,
            accountNumber: body.account_number ?? customer.accountNumber,
            shadow: body.shadow === undefined ? customer.shadow : (body.shadow ?? []),
            ...(httpProxy && { httpProxy }),
            ...(httpsProxy && { httpsProxy }),
          };
        };
        return withETag(await changeCustomer(outside, caller, params.id!, versionOf(header('if-match')), change));
      },
    }),
    operation({
      id: 'deleteCustomer',
      summary: 'Delete a customer, its tokens and its users',
      method: 'delete',
      path: '/{id}',
      status: 204,
      query: noQuery,
      async handle({ caller, params, header }) {
        await deleteCustomer(outside, caller, params.id!, versionOf(header('if-match')));
        return {};
      },
    }),
    operation({
      id: 'listUsers',
      summary: "A customer's users by name",
      method: 'get',
      path: '/{id}/users',
      status: 200,
      query: usersQuery,
      async handle({ caller, params, query }) {
        await readCustomer(store, caller, params.id!, 'reader');
        const after = positionOf<{ value: string; id: string }>(query.page_token);
        const found = await store.query<User>({
          collection: usersOf(params.id!),
          orderBy: { field: 'nameKey', direction: 'ascending' },
          ...(after && { after }),
          limit: query.page_size + 1,
        });
        const page = found.slice(0, query.page_size).map(({ data }) => data);
        const last = page.at(-1);
        const next = found.length > page.length && last ? { value: last.nameKey, id: last.id } : undefined;
        return { body: { users: page.map(showUser), ...(next && { next_page_token: pageToken(next) }) } };
      },
    }),
    operation({
      id: 'listSyncs',
      summary: "A customer's syncs, newest first",
      method: 'get',
      path: '/{id}/syncs',
      status: 200,
      query: historyQuery,
      async handle({ caller, params, query }) {
        await readCustomer(store, caller, params.id!, 'reader');
        const { items, next } = await newestFirst<SyncRun>(syncsOf(params.id!), query);
        return { body: { syncs: items.map(showSync), ...next } };
      },
    }),
    operation({
      id: 'getSync',
      summary: 'One sync and its progress',
      method: 'get',
      path: '/{id}/syncs/{sync}',
      status: 200,
      query: noQuery,
      async handle({ caller, params }) {
        await readCustomer(store, caller, params.id!, 'reader');
        const run = await store.get<SyncRun>(`${syncsOf(params.id!)}/${params.sync}`);
        if (!run) throw new Failure('not_found', 'There is no such sync.');
        return { body: showSync(run.data) };
      },
    }),
    operation({
      id: 'listEvents',
      summary: "A customer's history, newest first",
      method: 'get',
      path: '/{id}/events',
      status: 200,
      query: historyQuery,
      async handle({ caller, params, query }) {
        await readCustomer(store, caller, params.id!, 'reader');
        const { items, next } = await newestFirst<CustomerEvent>(eventsOf(params.id!), query);
        return { body: { events: items.map(showEvent), ...next } };
      },
    }),
  ];

  /** Documents whose ids sort by time, newest first, one page. */
  async function newestFirst<T extends { id: string }>(
    collection: string,
    query: { page_size: number; page_token?: string | undefined },
  ): Promise<{ items: T[]; next: { next_page_token?: string } }> {
    const after = positionOf<{ value: string; id: string }>(query.page_token);
    const found = await store.query<T>({
      collection,
      orderBy: { field: 'id', direction: 'descending' },
      ...(after && { after }),
      limit: query.page_size + 1,
    });
    const items = found.slice(0, query.page_size).map(({ data }) => data);
    const last = items.at(-1);
    const more = found.length > items.length && last;
    return { items, next: more ? { next_page_token: pageToken({ value: last.id, id: last.id }) } : {} };
  }

  return router(operations, callers, outside.log);
}

/** The version in `If-Match`; `*` and its absence ask for none. */
function versionOf(ifMatch: string | undefined): string | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined;
  return /^"(.*)"$/.exec(ifMatch)?.[1] ?? ifMatch;
}
