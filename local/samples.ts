/** What `npm start` shows: two sample customers are connected through the real OAuth flow, refreshed and synced. */

import { signLocalToken } from '../shared/adapters/local/callers.ts';
import { followLink } from './follow-link.ts';
import type { LocalStack } from './functions.ts';
import { sampleOrganizations } from './webex/sample.ts';

interface CustomerAnswer {
  id: string;
  name: string;
  connection: { state: string; organization_name?: string; refresh_time?: string };
  refresh_token_expires_in?: number;
}

interface SyncAnswer {
  id: string;
  state: string;
  counts: { scanned: number; added: number; changed: number; removed: number };
  failure?: { message: string };
}

const hierarchy = 'sys.provider.reseller';

/** Brings every sample organization's customer to connected and synced, telling each step; what is there already stays. */
export async function connectSamples(stack: LocalStack, tell: (line: string) => void): Promise<void> {
  const call = await caller(stack);
  const rows: string[][] = [['CUSTOMER', 'STATE', 'ORGANIZATION', 'RUNWAY', 'USERS']];
  for (const organization of sampleOrganizations) {
    const customer = await findOrCreate(call, organization.name, organization.id);
    const connected = customer.connection.state === 'active';
    if (!connected) {
      tell(`${organization.name}: connecting through the OAuth flow`);
      const { url } = await call<{ url: string }>('POST', `/${customer.id}:connect`);
      await followLink(url, organization.administrators![0]!);
    }
    // A fresh connection has begun its first sync by itself; an old one is asked for another.
    const sync = connected
      ? await call<SyncAnswer>('POST', `/${customer.id}:sync`)
      : await newestSync(call, customer.id);
    tell(`${organization.name}: refreshing its access token`);
    await call('POST', `/${customer.id}:refresh`);
    const { counts } = await watch(call, customer.id, sync, (line) => tell(`${organization.name}: ${line}`));
    const now = await call<CustomerAnswer>('GET', `/${customer.id}`);
    const days = Math.floor((now.refresh_token_expires_in ?? 0) / 86_400);
    const { state, organization_name: organizationName = '' } = now.connection;
    rows.push([now.name, state, organizationName, `${days} days`, String(counts.scanned)]);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    tell(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}

type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

async function caller({ url, config, composition }: LocalStack): Promise<Call> {
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
    if (!response.ok) throw new Error(`${method} /customers${path} answered ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}

async function findOrCreate(call: Call, name: string, accountNumber: string): Promise<CustomerAnswer> {
  const query = new URLSearchParams({ hierarchy: 'sys', name_prefix: name });
  const { customers } = await call<{ customers: CustomerAnswer[] }>('GET', `?${query}`);
  const found = customers.find((customer) => customer.name === name);
  return found ?? call<CustomerAnswer>('POST', '', { hierarchy, name, account_number: accountNumber });
}

async function newestSync(call: Call, customer: string): Promise<SyncAnswer> {
  const { syncs } = await call<{ syncs: SyncAnswer[] }>('GET', `/${customer}/syncs?page_size=1`);
  if (!syncs[0]) throw new Error('Connecting has begun no sync.');
  return syncs[0];
}

/** Tells the progress of a sync until it has ended. */
async function watch(
  call: Call,
  customer: string,
  asked: SyncAnswer,
  tell: (line: string) => void,
): Promise<SyncAnswer> {
  let sync = asked;
  let told = -1;
  while (sync.state === 'queued' || sync.state === 'running') {
    if (sync.counts.scanned !== told) tell(`syncing users, ${sync.counts.scanned} so far`);
    told = sync.counts.scanned;
    await new Promise((resolve) => setTimeout(resolve, 50));
    sync = await call<SyncAnswer>('GET', `/${customer}/syncs/${sync.id}`);
  }
  if (sync.state === 'failed') throw new Error(`The sync failed: ${sync.failure?.message}`);
  const { scanned, added, changed, removed } = sync.counts;
  tell(`synced ${scanned} users (${added} added, ${changed} changed, ${removed} removed)`);
  return sync;
}
