/**
 * `npm run bench -- refresh`: the refresh of a fleet against a Webex with 150 ms latency, beside a naive loop (read, exchange,
 * write, one after another) and beside the bound that latency and concurrency set. Counts store operations.
 */

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { parseCommandLine } from '../../local/command-line.ts';
import type { TokenResponse } from '../../local/webex/oauth/token-response.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { accessTokenPlace, connections, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { refreshDue } from '../../shared/tokens/refresh-due.ts';
import { runningClock } from '../support/clock.ts';
import { countingStore } from '../support/counting-store.ts';
import { connect, members } from '../support/fleet.ts';
import { type TestPorts, testPorts } from '../support/ports.ts';

const usage = {
  command: 'npm run bench -- refresh',
  purpose: "Measures the refresh of a fleet beside a naive loop and the bound that Webex's latency sets.",
  options: {
    customers: { type: 'string', default: '2000', help: 'Customers in the fleet.' },
    naive: { type: 'string', default: '40', help: 'Customers of the naive loop.' },
    concurrency: { type: 'string', default: '20', help: 'Refreshes at a time.' },
    // A commit to a file stops the whole process, so this measures the disk, which no function has.
    file: { type: 'boolean', help: 'Keep the store in a file instead of in memory.' },
    latency: { type: 'string', default: '150', help: 'Latency of Webex, ms.' },
  },
} as const;

export async function main(args: string[]): Promise<void> {
  const values = parseCommandLine(usage, args);
  const [customers, naive, concurrency, latencyMs] = [
    Number(values.customers),
    Number(values.naive),
    Number(values.concurrency),
    Number(values.latency),
  ];
  const folder = await mkdtemp(join(tmpdir(), 'bench-refresh-'));
  const fleet = members(customers);
  const workerData = { fleet, latencyMs };
  const thread = new Worker(new URL('parts/refresh-webex.ts', import.meta.url), { workerData });
  const [webex] = (await once(thread, 'message')) as [{ url: string; grants: Record<string, TokenResponse> }];
  const store = countingStore(sqliteStore({ file: values.file ? join(folder, 'store.db') : ':memory:' }));
  const ports = testPorts(webex, { clock: runningClock(), store });
  const due = (connection: Connection) => ({ ...connection, nextRefreshAt: Date.now() - 1 });
  await connect(ports, { grant: ({ orgId }) => webex.grants[orgId]! }, fleet, Date.now(), due);

  // One refresh before any is timed, so that nothing is loaded within the measured time.
  await naiveLoop(ports, 1);
  Object.assign(store.operations, { reads: 0, writes: 0, commits: 0 });
  const naiveMs = await timed(() => naiveLoop(ports, naive));
  Object.assign(store.operations, { reads: 0, writes: 0, commits: 0 });
  let refreshed = 0;
  const fleetMs = await timed(async () => {
    const run = await refreshDue(ports, { concurrency, endsAt: Date.now() + 600_000 });
    refreshed = (run.outcomes.refreshed ?? 0) + (run.outcomes.unchanged ?? 0);
  });
  await ports.store.close();
  await thread.terminate();
  await rm(folder, { recursive: true });
  if (refreshed !== customers) throw new Error(`${refreshed} of ${customers} connections were renewed.`);

  console.log(
    JSON.stringify(figures({ customers, naive, concurrency, latencyMs, fleetMs, naiveMs }, store.operations)),
  );
}

interface Run {
  customers: number;
  naive: number;
  concurrency: number;
  latencyMs: number;
  fleetMs: number;
  naiveMs: number;
}

function figures(
  { customers, naive, concurrency, latencyMs, fleetMs, naiveMs }: Run,
  { reads, writes }: { reads: number; writes: number },
) {
  const perSecond = customers / (fleetMs / 1000);
  const naivePerSecond = naive / (naiveMs / 1000);
  const bound = concurrency / (latencyMs / 1000);
  return {
    customers,
    concurrency,
    latencyMs,
    refreshesPerSecond: round(perSecond),
    boundPerSecond: round(bound),
    ofBound: round(perSecond / bound),
    naivePerSecond: round(naivePerSecond),
    timesNaive: round(perSecond / naivePerSecond),
    // On a busy machine an exchange takes longer than Webex does. The naive loop is slowed as well, so this ratio is not.
    ofNaiveAtConcurrency: round(perSecond / naivePerSecond / concurrency),
    // The query bills each connection that it finds. A refresh also reads the customer's record.
    readsPerRefresh: round((reads - customers) / customers),
    writesPerRefresh: round(writes / customers),
  };
}

/** The first version that most people would write: no lease, no schedule, one after another. */
async function naiveLoop(ports: TestPorts, count: number): Promise<void> {
  const { store, sealer, webex } = ports;
  const found = await store.query<Connection>({ collection: connections, limit: count });
  for (const { path } of found) {
    const { data } = (await store.get<Connection>(path))!;
    const { customerId, grant } = data;
    const refreshToken = await sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(customerId));
    const pair = await webex.refresh({ refreshToken });
    const sealedAccessToken = await sealer.seal(pair.accessToken, accessTokenPlace(customerId));
    const sealedRefreshToken = await sealer.seal(pair.refreshToken ?? refreshToken, refreshTokenPlace(customerId));
    await store.commit([{ set: path, data: { ...data, grant: { ...grant, sealedAccessToken, sealedRefreshToken } } }]);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const round = (value: number) => Math.round(value * 1000) / 1000;
