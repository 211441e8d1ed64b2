/** The examples of the OpenAPI document: one success per endpoint, one sentence per failure. A test holds them against the schemas. */

import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import { type ProblemBody, problemBody } from '../../../shared/http/problem.ts';

const customerId = '0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10';
const organization = '2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21';
const syncId = '0mf8x2k1p-6f0c1d9a4b27';
const operationId = '0mf8x2k9d-b1e55a0c7f38';
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const caller = 'portal@voss-example.iam.gserviceaccount.com';
const pageToken = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..k3Wq0pXr8VbN2mZt.Hn5sQ1cUe7aL9yD4.rT6fJ0wKx2BvGm8P';
const connectUrl = 'https://connect.portal.example/connect/8Jc2mWq5T0vXn3LrZ7yKpBdFh1sGtUa9eQxN4wVoRi6';

const customer = {
  id: customerId,
  hierarchy: 'sys.provider.reseller.customer',
  name: 'Acme Corporation',
  account_number: organization,
  http_proxy: 'http://10.10.10.10:8123',
  https_proxy: null,
  shadow: [{ name: 'Acme' }],
  sync: {
    every_hours: 24,
    held_above_people: 5,
    held_above_share: 0.1,
    held_above: 500,
    check_total: true,
  },
  access_token_expires: '2026-12-07T09:30:00.000Z',
  access_token_expires_in: 1_209_600,
  refresh_token_expires: '2027-02-21T09:30:00.000Z',
  refresh_token_expires_in: 7_776_000,
  connection: {
    state: 'active',
    organization_name: 'Acme Corporation',
    authorized_by: 'admin@acme.example',
    authorize_time: '2026-11-02T14:05:12.000Z',
    refresh_time: '2026-11-23T09:30:00.000Z',
    next_refresh_time: '2026-11-30T09:12:41.000Z',
    scopes: ['spark-admin:people_read', 'spark-admin:licenses_read', 'spark-admin:organizations_read'],
    missing_scopes: ['spark-admin:roles_read'],
    failures: 0,
    last_failure: null,
    pending: null,
  },
  etag: '5d1c0a7e3b9f42a816',
  create_time: '2026-11-02T13:58:40.000Z',
  update_time: '2026-11-02T13:58:40.000Z',
};

const counts = { scanned: 1342, unchanged: 1330, added: 7, changed: 4, returned: 1, removed: 0, held: 150, skipped: 0 };
const sync = {
  id: syncId,
  state: 'done',
  by: caller,
  approves: null,
  ask_time: '2026-11-23T02:00:00.000Z',
  start_time: '2026-11-23T02:00:01.000Z',
  end_time: '2026-11-23T02:00:38.000Z',
  phase: null,
  expected: 1485,
  counts,
  skipped: [],
  failure: null,
  held: { state: 'waiting', reason: 'many', count: 150, decided_by: null, decide_time: null },
};
const queued = {
  ...sync,
  state: 'queued',
  start_time: null,
  end_time: null,
  counts: { scanned: 0, unchanged: 0, added: 0, changed: 0, returned: 0, removed: 0, held: 0, skipped: 0 },
  skipped: [],
  held: null,
};

const user = {
  id: '7c3d2a90-51fb-4f0e-8d57-3e9b1c64a2f8',
  display_name: 'Zoë Fischer',
  first_name: 'Zoë',
  last_name: 'Fischer',
  nick_name: null,
  emails: ['zoe.fischer@acme.example'],
  phone_numbers: ['+49301234567'],
  sip_addresses: ['zoe.fischer@acme.calls.webex.com'],
  extension: '4567',
  title: 'Head of Facilities',
  department: 'Operations',
  manager_id: null,
  location_id: null,
  type: 'person',
  status: 'active',
  licenses: ['Webex Calling - Professional'],
  roles: [],
  create_time: '2024-03-18T08:11:27.000Z',
  remove_time: null,
};

const operation = {
  id: operationId,
  action: 'connect',
  hierarchy: 'sys.provider.reseller',
  connection_state: 'reauthorization_required',
  state: 'done',
  by: caller,
  ask_time: '2026-11-23T09:30:00.000Z',
  end_time: '2026-11-23T09:30:04.000Z',
  counts: { done: 12, skipped: 0, failed: 1 },
};

/** By the id of the endpoint. */
export const responseExamples: Record<string, unknown> = {
  getModel: {
    model: 'relation/SparkCustomer',
    fields: [
      {
        field_name: 'name',
        title: 'Customer Name',
        description: 'Name of this customer',
        type: 'String',
        required: true,
        is_password: false,
        read_only: false,
        max_length: 256,
        cardinality: null,
      },
    ],
  },
  getOpenApi: { openapi: '3.1.0' },
  listCustomers: { customers: [customer], next_page_token: pageToken },
  createCustomer: customer,
  getCustomer: customer,
  changeCustomer: customer,
  refreshCustomer: { outcome: 'refreshed', customer },
  syncCustomer: queued,
  connectCustomer: { url: connectUrl, expire_time: '2026-11-23T09:45:00.000Z' },
  revealAccessToken: {
    access_token: 'ZDI3MGEyYzQtNmFlNS00NDNhLWFlNzAtZGVjNjE0MGU1OGZmZWNmZDEwN2ItYTU3',
    token_type: 'Bearer',
    expire_time: '2026-12-07T09:30:00.000Z',
    expires_in: 1_209_600,
  },
  listSyncs: { syncs: [sync], next_page_token: null },
  getSync: sync,
  listHeldRemovals: { people: [user.id, 'e1f8b6c2-0d47-4a35-9c1e-72d5a8b0f394'], next_page_token: null },
  approveRemovals: { ...queued, approves: syncId },
  rejectRemovals: {
    ...sync,
    held: { ...sync.held, state: 'rejected', decided_by: caller, decide_time: '2026-11-23T08:12:00.000Z' },
  },
  listUsers: { users: [user], next_page_token: pageToken, next_since: null, more: true },
  getUser: user,
  syncUser: { outcome: 'changed', user },
  listEvents: {
    events: [
      {
        id: '0mf8x2k1q-0a9d3c5e7b12',
        type: 'connected',
        time: '2026-11-02T14:05:12.000Z',
        by: null,
        request: null,
        facts: { organization: 'Acme Corporation', authorizer: 'admin@acme.example', again: false },
      },
    ],
    next_page_token: null,
  },
  startOperation: { ...operation, state: 'running', end_time: null, counts: { done: 0, skipped: 0, failed: 0 } },
  getOperation: operation,
  listOperationResults: {
    results: [
      {
        customer: customerId,
        outcome: 'done',
        sync: null,
        url: connectUrl,
        expire_time: '2026-11-23T09:45:00.000Z',
        failure: null,
      },
      {
        customer: '4e7d9b12-83c0-4f6a-b5e1-0c2a6d8f3975',
        outcome: 'failed',
        sync: null,
        url: null,
        expire_time: null,
        failure: { code: 'busy', message: 'Another request changes this customer. Try again.' },
      },
    ],
    next_page_token: null,
  },
};

/** What a caller reads in `detail`, for every failure that an endpoint names. */
const sentences: Partial<Record<FailureCode, string>> = {
  invalid_request: 'The request is not valid.',
  unauthenticated: 'The ID token has expired.',
  permission_denied: 'You need the role administrator at sys.provider.reseller.',
  not_found: 'There is no such customer.',
  already_exists: 'The customer cannot be stored under these names.',
  version_mismatch: 'The customer has changed since you read it. Read it again.',
  version_required: 'If-Match is required: the ETag that you read, or * for any state.',
  cursor_expired: 'The cursor is older than 90 days. Read all users again.',
  idempotency_key_reused: 'This Idempotency-Key was used for another request.',
  request_too_large: 'A body may have at most 65536 bytes.',
  unsupported_media_type: 'The body must be application/json.',
  not_connected: 'No administrator has authorized this customer yet.',
  reauthorization_required: 'Webex has refused the grant. An administrator must authorize again.',
  busy: 'Another refresh of this customer is in progress. Try again.',
  wrong_organization: 'These tokens belong to another organization.',
  administrator_required: 'The tokens do not belong to an administrator of the organization.',
  scopes_missing: 'The tokens lack the scope spark-admin:people_read.',
  organization_connected: 'This organization cannot be connected here. Ask your provider.',
  webex_unavailable: 'Webex cannot be reached.',
  webex_rate_limited: 'Webex limits the number of requests. Try again later.',
  webex_unauthorized: 'Webex rejected the access token.',
  webex_forbidden: 'Webex does not allow this request.',
  webex_unexpected: 'Webex responded with status 418.',
  grant_refused: 'Webex refused the refresh token.',
  client_refused: "Webex refused this product's client credentials.",
  proxy_refused: "The customer's proxy refused the connection.",
  conflict: 'These removals are already rejected.',
  store_unavailable: 'The store cannot be reached. Try again.',
  identity_unavailable: "Google's certificates cannot be reached. Try again.",
  secrets_unavailable: 'The sealing keys cannot be reached. Try again.',
  internal: 'Something went wrong on our side.',
};

const problems: Partial<Record<FailureCode, { pointer: string; detail: string }[]>> = {
  invalid_request: [{ pointer: '/name', detail: 'is required' }],
  already_exists: [{ pointer: '/name', detail: 'is the name of another customer of this hierarchy node' }],
};

/** @throws Error for a failure without a sentence */
export function problemExample(code: FailureCode): ProblemBody {
  const sentence = sentences[code];
  if (!sentence) throw new Error(`There is no example sentence for ${code}.`);
  const carried = problems[code] && { problems: problems[code] };
  return problemBody(new Failure(code, sentence, carried as never), trace);
}
