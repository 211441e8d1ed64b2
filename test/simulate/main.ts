/**
 * `npm run simulate`: 10,000 customers through two years of hourly runs on a virtual clock, with outages of Webex from an hour
 * to 60 days, rate limits, failures of the store and a week of `invalid_client`. The real flow over a store and a Webex in memory.
 */

import { performance } from 'node:perf_hooks';
import { parseCommandLine } from '../../local/command-line.ts';
import { draws } from '../../local/webex/people/chance.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day, hour } from '../../shared/domain/time.ts';
import type { Clock, Log, Sealer } from '../../shared/ports.ts';
import { connectionPath } from '../../shared/storage/layout.ts';
import { type RefreshRun, refreshDue } from '../../shared/tokens/refresh-due.ts';
import { memoryStore } from './memory-store.ts';
import { memoryWebex } from './memory-webex.ts';
import { plot, table } from './report.ts';

const start = Date.UTC(2027, 0, 1);

/** What is wrong with the world, and when: days from the start. */
interface Trouble {
  kind: 'outage' | 'rate limits' | 'store failures' | 'invalid_client';
  from: number;
  days: number;
}

/** Far enough apart that each is met by a fleet that has recovered: 60 days twice in a row would outlast any token of 90. */
const fixedTroubles: Trouble[] = [
  { kind: 'rate limits', from: 40, days: 10 },
  { kind: 'store failures', from: 70, days: 20 },
  { kind: 'outage', from: 120, days: 60 },
  { kind: 'invalid_client', from: 230, days: 7 },
  { kind: 'outage', from: 280, days: 14 },
  { kind: 'store failures', from: 330, days: 3 },
  { kind: 'outage', from: 400, days: 45 },
  { kind: 'rate limits', from: 500, days: 60 },
  { kind: 'outage', from: 600, days: 30 },
];

export async function simulate(options: { customers: number; days: number; seed: number }) {
  const chance = draws(options.seed);
  let now = start;
  const troubles = [...fixedTroubles];
  // And short ones at any time: an hour to a day.
  for (let count = 0; count < 40; count++) {
    troubles.push({ kind: 'outage', from: chance() * options.days, days: (1 + chance() * 23) / 24 });
  }
  const troubledBy = (kind: Trouble['kind'], at = now) =>
    troubles.some((each) => {
      const from = start + each.from * day;
      return each.kind === kind && at >= from && at < from + each.days * day;
    });

  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    random: chance,
  };
  const store = memoryStore((operation) => {
    if (!troubledBy('store failures') || chance() >= 0.1) return undefined;
    if (operation === 'commit' && chance() < 0.5) return 'answer lost';
    throw new Failure('store_unavailable', 'The store is away.');
  });
  const { grants, webex } = memoryWebex(clock.now, () => {
    if (troubledBy('invalid_client')) throw new Failure('client_refused', 'Webex does not accept our credentials.');
    if (troubledBy('outage')) {
      if (chance() < 0.02) return 'answer lost';
      throw new Failure('webex_unavailable', 'Webex is not available.');
    }
    if (troubledBy('rate limits') && chance() < 0.4) {
      throw new Failure('webex_rate_limited', 'Slow down.', { retryAfterMs: 15_000 + chance() * 600_000 });
    }
    return undefined;
  });
  // What is sealed is not at stake here, and two million seals would be most of the time.
  const sealer: Sealer = {
    seal: async (text) => text.reveal(),
    open: async (text) => new Secret(text),
    isCurrent: async () => true,
  };
  const published = new Map<string, number>();
  const events: Record<string, number> = {};
  const logged: Record<string, number> = {};
  const count = (event: string) => {
    logged[event] = (logged[event] ?? 0) + 1;
  };
  const log: Log = { info: count, warn: count, error: count };
  const ports = {
    store,
    sealer,
    webex,
    clock,
    log,
    queue: {
      async publish(_topic: string, { data }: { data: object }) {
        const { id, type } = data as { id: string; type: string };
        const name = type.split('.').at(-1)!;
        if (!published.has(id)) events[name] = (events[name] ?? 0) + 1;
        published.set(id, (published.get(id) ?? 0) + 1);
      },
    },
    settings: {
      portalName: 'Simulation',
      oauthUrl: 'http://localhost',
      requiredScopes: [],
      syncTopic: 'sync-users',
      eventsTopic: 'customer-events',
      pageSize: 100,
      allowLocalProxies: false,
    },
  };

  for (let index = 0; index < options.customers; index++) {
    const customerId = `customer-${index}`;
    const grant = {
      refreshToken: `${customerId} 0`,
      refreshExpiresAt: now + 90 * day,
      // Twelve hours have been seen too.
      accessLifetimeMs: index % 100 === 0 ? 12 * hour : 14 * day,
      refreshLifetimeMs: 90 * day,
      rotates: index % 2 === 0,
      revoked: false,
    };
    grants.set(customerId, grant);
    const { accessLifetimeMs, refreshExpiresAt } = grant;
    const storedGrant = {
      serial: 1,
      sealedAccessToken: `${customerId} access 0`,
      sealedRefreshToken: grant.refreshToken,
      accessExpiresAt: now + accessLifetimeMs,
      refreshExpiresAt,
      scopes: [],
      grantedAt: now,
      refreshedAt: now,
    };
    const fresh: Connection = {
      customerId,
      ancestors: [],
      nameKey: customerId,
      state: 'absent',
      failures: 0,
      epoch: 0,
    };
    await store.commit([{ set: connectionPath(customerId), data: withGrant(fresh, storedGrant, now) }]);
  }

  const perDay: number[] = [];
  const calmBatches: number[] = [];
  let lastTrouble = start;
  let [runs, runsFailed, revoked] = [0, 0, 0];
  let blamed = 0;
  const startedAt = performance.now();
  for (let tick = 1; tick <= options.days * 24; tick++) {
    now = Math.max(now, start + tick * hour);
    // Administrators leave: about one customer in a hundred a year.
    if (chance() < options.customers / 100 / 365 / 24) {
      grants.get(`customer-${Math.floor(chance() * options.customers)}`)!.revoked = true;
      revoked += 1;
    }
    const degradedBefore = events.degraded ?? 0;
    const run: RefreshRun | undefined = await refreshDue(ports, { concurrency: 50, endsAt: now + 25 * 60_000 }).catch(
      () => undefined,
    );
    runs += 1;
    if (!run) runsFailed += 1;
    if (troubledBy('invalid_client')) blamed += (events.degraded ?? 0) - degradedBefore;
    const renewed = (run?.outcomes.refreshed ?? 0) + (run?.outcomes.unchanged ?? 0);
    const today = Math.floor((tick - 1) / 24);
    perDay[today] = (perDay[today] ?? 0) + renewed;
    if (troubles.some(({ kind }) => troubledBy(kind))) lastTrouble = now;
    // A week after the last trouble everybody is back on the grid.
    if (now - lastTrouble > 8 * day) calmBatches.push(renewed);
  }
  const wallMs = performance.now() - startedAt;

  let [lost, ended, degraded] = [0, 0, 0];
  for (const [customerId, grant] of grants) {
    const { data } = (await endlessly(() => store.get<Connection>(connectionPath(customerId))))!;
    if (data.state === 'reauthorization_required') ended += 1;
    if (data.state === 'degraded') degraded += 1;
    const alive = grant.refreshToken === data.grant!.sealedRefreshToken && grant.refreshExpiresAt > now;
    if (!grant.revoked && (!alive || data.state === 'reauthorization_required')) lost += 1;
  }
  const revokedCustomers = [...grants.values()].filter((grant) => grant.revoked).length;
  return {
    runs,
    runsFailed,
    revoked,
    revokedCustomers,
    ended,
    degraded,
    lost,
    blamed,
    perDay,
    calmBatches,
    events,
    logged,
    wallMs,
    troubles,
  };
}

/** The store may be in trouble to the last. */
async function endlessly<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {}
  }
}

async function main(): Promise<void> {
  const values = parseCommandLine({
    command: 'npm run simulate',
    purpose:
      'Runs the hourly refresh of a fleet on a virtual clock through outages, and fails when a customer is lost.',
    options: {
      customers: { type: 'string', default: '10000', help: 'Customers in the fleet.' },
      days: { type: 'string', default: '730', help: 'Virtual days.' },
      seed: { type: 'string', default: '1', help: 'Seed of everything that is random.' },
    },
  });
  const options = { customers: Number(values.customers), days: Number(values.days), seed: Number(values.seed) };
  const result = await simulate(options);
  const refreshes = result.perDay.reduce((sum, each) => sum + each, 0);
  const mean = result.calmBatches.reduce((sum, each) => sum + each, 0) / result.calmBatches.length;
  const largest = result.calmBatches.reduce((most, each) => Math.max(most, each), 0);
  console.log(
    plot(result.perDay, { title: 'Connections renewed a day', marks: result.troubles.filter(({ days }) => days >= 2) }),
  );
  console.log(
    table([
      ['customers', options.customers],
      ['virtual days, hourly runs', `${options.days}, ${result.runs} (${result.runsFailed} found the store away)`],
      ['connections renewed', refreshes],
      ['largest hourly batch in calm / mean', `${largest} / ${mean.toFixed(1)} = ${(largest / mean).toFixed(2)}`],
      ['grants revoked by the simulation', result.revokedCustomers],
      ['connections ended, degraded at the end', `${result.ended}, ${result.degraded}`],
      ['marked while Webex refused our client', result.blamed],
      ...Object.entries(result.events).map(([name, count]): [string, number] => [`events: ${name}`, count]),
      ['wall time, s', (result.wallMs / 1000).toFixed(1)],
      ['connections lost', result.lost],
    ]),
  );
  // Each connection that degraded has recovered, ended, or is degraded still.
  const { degraded = 0, recovered = 0 } = result.events;
  const told = degraded - recovered - result.ended - result.degraded;
  const failures = [
    result.lost > 0 && 'connections were lost',
    result.blamed > 0 && 'customers were blamed for our client',
    largest > 3 * mean && 'an hourly batch was larger than three times the mean',
    told !== 0 && 'events were lost or told twice',
    result.ended > result.revokedCustomers && 'more connections ended than grants were revoked',
  ].filter(Boolean);
  if (failures.length > 0) throw new Error(`The simulation failed: ${failures.join(', ')}.`);
}

if (import.meta.main) await main();
