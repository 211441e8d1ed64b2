/** The sample customers of `npm start`: connects them through the real OAuth flow, refreshes their tokens and syncs their users. */

import { signLocalToken } from '../shared/adapters/local/callers.ts';
import { followLink } from './follow-link.ts';
import type { LocalStack } from './functions.ts';
import { sampleOrganizations } from './webex/sample.ts';

interface CustomerResponse {
  id: string;
  name: string;
  connection: { state: string; organization_name?: string; refresh_time?: string };
  refresh_token_expires_in?: number;
}

interface SyncResponse {
  id: string;
  state: string;
  counts: { scanned: number; added: number; changed: number; removed: number };
  failure?: { message: string };
}

const hierarchy = 'sys.provider.reseller';

/** Connects and syncs the customer of every sample organization and prints each step. Existing customers stay as they are. */
export async function connectSamples(stack: LocalStack, print: (line: string) => void): Promise<void> {
  const call = await apiCaller(stack);
  const rows = [['CUSTOMER', 'STATE', 'ORGANIZATION', 'TIME LEFT', 'USERS']];
  for (const organization of sampleOrganizations) {
    rows.push(await connectSample(call, organization, (line) => print(`${organization.name}: ${line}`)));
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]!));
    print(cells.join('  ').trimEnd());
  }
}

/** @returns the cells of the customer's row */
async function connectSample(
  call: Call,
  { id, name, administrators }: (typeof sampleOrganizations)[number],
  print: (line: string) => void,
): Promise<string[]> {
  const customer = await findOrCreate(call, name, id);
  const isConnected = customer.connection.state === 'active';
  if (!isConnected) {
    print('connecting through the OAuth flow');
    const { url } = await call<{ url: string }>('POST', `/${customer.id}:connect`);
    await followLink(url, administrators![0]!);
  }
  // A new connection has requested its first sync already.
  const sync = isConnected
    ? await call<SyncResponse>('POST', `/${customer.id}:sync`)
    : await newestSync(call, customer.id);
  print('refreshing the access token');
  await call('POST', `/${customer.id}:refresh`);
  const { counts } = await finishSync(call, customer.id, sync, print);
  const { connection, refresh_token_expires_in: timeLeft = 0 } = await call<CustomerResponse>('GET', `/${customer.id}`);
  const days = `${Math.floor(timeLeft / 86_400)} days`;
  return [name, connection.state, connection.organization_name ?? '', days, String(counts.scanned)];
}

type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

async function apiCaller({ url, config, composition }: LocalStack): Promise<Call> {
  const grants = [{ hierarchy: 'sys', role: 'administrator' as const }];
  const token = await signLocalToken(composition.secrets, config.CALLER_AUDIENCE, {
    id: 'local-stack@localhost',
    grants,
  });
  return async (method, path, body) => {
    const response = await fetch(`${url}/customers${path}`, {
      method,
      headers: { authorization: `Bearer ${token.reveal()}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /customers${path} returned ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

async function findOrCreate(call: Call, name: string, accountNumber: string): Promise<CustomerResponse> {
  const query = new URLSearchParams({ hierarchy: 'sys', name_prefix: name });
  const { customers } = await call<{ customers: CustomerResponse[] }>('GET', `?${query}`);
  const found = customers.find((customer) => customer.name === name);
  return found ?? call<CustomerResponse>('POST', '', { hierarchy, name, account_number: accountNumber });
}

async function newestSync(call: Call, customer: string): Promise<SyncResponse> {
  const { syncs } = await call<{ syncs: SyncResponse[] }>('GET', `/${customer}/syncs?page_size=1`);
  if (!syncs[0]) throw new Error('The new connection has requested no sync.');
  return syncs[0];
}

/** Waits until the sync has finished and prints its progress. */
async function finishSync(
  call: Call,
  customer: string,
  requested: SyncResponse,
  print: (line: string) => void,
): Promise<SyncResponse> {
  let sync = requested;
  let printed = 0;
  while (sync.state === 'queued' || sync.state === 'running') {
    if (sync.counts.scanned > printed) print(`syncing users, ${sync.counts.scanned} so far`);
    printed = sync.counts.scanned;
    await new Promise((resolve) => setTimeout(resolve, 50));
    sync = await call<SyncResponse>('GET', `/${customer}/syncs/${sync.id}`);
  }
  if (sync.state === 'failed') throw new Error(`The sync failed: ${sync.failure?.message}`);
  const { scanned, added, changed, removed } = sync.counts;
  print(`synced ${scanned} users (${added} added, ${changed} changed, ${removed} removed)`);
  return sync;
}
