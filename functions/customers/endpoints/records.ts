/** Customer records: list, create, get, change, delete. */

import { createWithTokens, exchangePastedTokens, type PastedTokens } from '../../../shared/connect/pasted-tokens.ts';
import { deleteCustomer } from '../../../shared/customers/delete.ts';
import { listCustomers } from '../../../shared/customers/list.ts';
import {
  type CustomerRead,
  changeCustomer,
  changedRecord,
  createCustomer,
  newCustomer,
  readStored,
  withoutVersions,
} from '../../../shared/customers/records.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Ports } from '../../../shared/ports.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { reschedule } from '../../../shared/sync/request.ts';
import { type Endpoint, type EndpointResult, endpoint } from '../api/endpoint.ts';
import { readWithToken } from '../api/page-token.ts';
import { customerListResponse, customerResponse, toCustomerResponse } from '../schemas/customer.ts';
import { listQuery } from '../schemas/queries.ts';
import { customerCreate, customerPatch } from '../schemas/requests.ts';
import { toBody, toFields } from './record-fields.ts';

/** Failures of saving a record, with or without pasted tokens. */
const savingFailures = [
  'already_exists',
  'wrong_organization',
  'administrator_required',
  'scopes_missing',
  'organization_connected',
  'client_refused',
] as const;

export const recordEndpoints: Endpoint[] = [
  endpoint({
    id: 'listCustomers',
    tag: 'customers',
    summary: 'List the customers at or below a node',
    description:
      'By name. Only customers that the caller may read are listed. A page may hold fewer than `page_size` though more follow.',
    method: 'get',
    path: '/',
    role: 'reader',
    query: listQuery,
    status: 200,
    response: customerListResponse,
    async handle(ports, { caller, query }) {
      const { missing_scope: missing } = query;
      const found = await readWithToken(ports.sealer, 'customers', query, (after?: Position) =>
        listCustomers(ports.store, caller, {
          direction: query.order_by === 'name' ? 'ascending' : 'descending',
          pageSize: query.page_size,
          ...(query.hierarchy && { hierarchy: query.hierarchy }),
          ...(query.state && { state: query.state }),
          ...(missing && { lacking: missing === 'any' ? ports.settings.requiredScopes : [missing] }),
          ...(query.name_prefix && { namePrefix: query.name_prefix }),
          ...(after && { after }),
        }),
      );
      const customers = found.customers.map((read) => toCustomerResponse(read, contextOf(ports)));
      return { body: { customers, next_page_token: found.nextPageToken } };
    },
  }),
  endpoint({
    id: 'createCustomer',
    tag: 'customers',
    summary: 'Create a customer',
    description:
      'Pasted tokens (`token`, `refresh_token`) are renewed at once and must belong to the organization in `account_number`. While Webex cannot be reached they are stored, and verified as soon as possible.',
    method: 'post',
    path: '/',
    role: 'administrator',
    body: customerCreate,
    node: ({ hierarchy }) => hierarchy,
    status: 201,
    response: customerResponse,
    etag: true,
    idempotent: true,
    failures: [...savingFailures],
    async handle(ports, { caller, body, resultWrites }) {
      const fields = toFields(body, undefined, ports.settings.allowLocalProxies);
      const created = newCustomer(fields, ports.clock.now());
      const pasted = toPasted(body);
      if (pasted) return toResult(ports, await createWithTokens(ports, caller, created, pasted));
      const result = toResult(ports, created);
      await createCustomer(ports, caller, created, async () => ({ writes: await resultWrites(result) }));
      return result;
    },
  }),
  endpoint({
    id: 'getCustomer',
    tag: 'customers',
    summary: 'Get one customer',
    description: 'The record, with the state of its connection to Webex.',
    method: 'get',
    path: '/{id}',
    role: 'reader',
    status: 200,
    response: customerResponse,
    etag: true,
    handle: async (ports, { customer }) => toResult(ports, withoutVersions(customer)),
  }),
  endpoint({
    id: 'changeCustomer',
    tag: 'customers',
    summary: 'Change a customer (JSON merge patch)',
    description:
      '`If-Match` names the ETag that you read, or `*` for any state. Pasted tokens are stored before the record is changed, and stay if the change is then refused because another caller was faster.',
    method: 'patch',
    path: '/{id}',
    role: 'administrator',
    body: customerPatch,
    status: 200,
    response: customerResponse,
    etag: true,
    conditional: true,
    failures: [
      ...savingFailures,
      'webex_unavailable',
      'webex_rate_limited',
      'webex_unexpected',
      'proxy_refused',
      'secrets_unavailable',
    ],
    async handle(ports, { caller, customer, body, matches }) {
      const { id } = customer.record.data;
      const change = (record: Customer) =>
        toFields({ ...toBody(record), ...body }, record, ports.settings.allowLocalProxies);
      const pasted = toPasted(body);
      let read = customer;
      if (pasted) {
        assertSameOrganization(customer.record.data, body.account_number);
        await exchangePastedTokens(
          ports,
          caller,
          await changedRecord(ports, caller, customer, matches, change),
          pasted,
        );
        read = await readStored(ports.store, caller, id, 'administrator');
      }
      const changed = await changeCustomer(ports, caller, read, matches, change);
      if (body.sync !== undefined) await reschedule(ports, id);
      return toResult(ports, changed);
    },
  }),
  endpoint({
    id: 'deleteCustomer',
    tag: 'customers',
    summary: 'Delete a customer, its tokens and its users',
    description:
      'The tokens are deleted at once, and revoked at Webex where the granted scopes allow it. Users and history are deleted in the background. `If-Match` names the ETag that you read, or `*` for any state.',
    method: 'delete',
    path: '/{id}',
    role: 'administrator',
    status: 204,
    conditional: true,
    async handle(ports, { caller, customer, matches }) {
      await deleteCustomer(ports, caller, customer, matches);
      return {};
    },
  }),
];

const contextOf = ({ clock, settings }: Ports) => ({ now: clock.now(), scopes: settings.requiredScopes });

function toResult(ports: Ports, read: CustomerRead): EndpointResult {
  return { body: toCustomerResponse(read, contextOf(ports)), headers: { etag: `"${read.customer.etag}"` } };
}

/**
 * Stores the tokens before the record changes, because a refused token must leave the record as it was.
 * @throws Failure `invalid_request`
 */
function assertSameOrganization({ accountNumber }: Customer, sent: string | undefined): void {
  if (sent === undefined || sent === accountNumber) return;
  const problems = [{ pointer: '/account_number', detail: 'cannot be changed together with tokens: change it first' }];
  throw new Failure('invalid_request', 'The request is not valid.', { problems });
}

function toPasted(body: { token?: string | undefined; refresh_token?: string | undefined }): PastedTokens | undefined {
  if (body.token === undefined || body.refresh_token === undefined) return undefined;
  return { accessToken: new Secret(body.token), refreshToken: new Secret(body.refresh_token) };
}
