/** A fleet in memory: thousands of customers, a Webex that refuses the customers that a test names, and a clock that the test moves. For rules over many runs. */

import { draws } from '../../local/webex/people/chance.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { newConnection } from '../../shared/domain/connection.ts';
import { Failure, type FailureCode } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day, hour } from '../../shared/domain/time.ts';
import type { Clock, Log, Ports, Queue, Webex } from '../../shared/ports.ts';
import { connectionPath } from '../../shared/storage/layout.ts';
import { type RefreshRun, refreshDue } from '../../shared/tokens/refresh-due.ts';
import { fleetStore } from './fleet-store.ts';

export interface MemoryFleet {
  ports: Ports;
  ids: string[];
  /** The answer for a customer: a failure's code, or undefined for a new pair. */
  refuse: (answer: (customerId: string) => FailureCode | undefined) => void;
  /** Exchanges per customer since the last `forget`. */
  asked: Map<string, number>;
  lines: { event: string; [fact: string]: unknown }[];
  /** Types of the events that portals got. */
  published: string[];
  advance(ms: number): void;
  connection(id: string): Connection;
  /** Makes these due now, the first one longest ago. */
  makeDue(ids: string[]): void;
  run(concurrency?: number): Promise<RefreshRun>;
}

/** The customers that show a failure, or whose connection has ended. */
export const marked = ({ ids, connection }: MemoryFleet) =>
  ids.filter((id) => connection(id).state !== 'active' || connection(id).failures > 0);
export const ended = ({ ids, connection }: MemoryFleet) =>
  ids.filter((id) => connection(id).state === 'reauthorization_required');
export const events = ({ lines }: MemoryFleet, name: string) => lines.filter(({ event }) => event === name);

export function memoryFleet(count: number, seed = 1): MemoryFleet {
  let now = Date.UTC(2027, 0, 4, 9);
  const random = draws(seed);
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    random,
  };
  const { store, documents } = fleetStore();
  const { webex, asked, refuse } = fleetWebex(clock);
  const { log, lines } = collectedLog();
  const { queue, published } = collectedEvents();
  const ports: Ports = { store, sealer: openSealer, webex, clock, queue, log, settings };

  const ids = Array.from({ length: count }, (_, index) => `customer-${String(index).padStart(5, '0')}`);
  // Consents of the last week, as a fleet that has grown over time has them.
  for (const id of ids) {
    documents.set(connectionPath(id), connectedAt(id, now - Math.floor(random() * 7 * day), now));
  }
  const connection = (id: string) => documents.get(connectionPath(id)) as Connection;

  return {
    ports,
    ids,
    asked,
    lines,
    published,
    refuse,
    advance: (ms) => {
      now += ms;
    },
    connection,
    makeDue: (due) =>
      due.forEach((id, index) => {
        documents.set(connectionPath(id), { ...connection(id), nextRefreshAt: now - hour + index });
      }),
    run: (concurrency = 20) => refreshDue(ports, { concurrency, endsAt: now + 25 * 60_000 }),
  };
}

/** A Webex that only refreshes. It finds the customer in the refresh token, and asks the test's rule for the answer. */
function fleetWebex(clock: Clock): { webex: Webex } & Pick<MemoryFleet, 'asked' | 'refuse'> {
  const asked: MemoryFleet['asked'] = new Map();
  let answerFor: (customerId: string) => FailureCode | undefined = () => undefined;
  let tokens = 0;

  async function refresh({ refreshToken }: { refreshToken: Secret }) {
    const customerId = refreshToken.reveal().split(' ')[0]!;
    asked.set(customerId, (asked.get(customerId) ?? 0) + 1);
    await null;
    const code = answerFor(customerId);
    if (code === 'webex_rate_limited') throw new Failure(code, 'Slow down.', { retryAfterMs: 300_000 });
    if (code) throw new Failure(code, 'Webex refuses.');
    tokens += 1;
    return {
      requestedAt: clock.now(),
      accessToken: new Secret(`${customerId} access ${tokens}`),
      refreshToken: new Secret(`${customerId} ${tokens}`),
      accessExpiresAt: clock.now() + 14 * day,
      refreshExpiresAt: clock.now() + 90 * day,
      scopes: [],
    };
  }

  return {
    webex: { refresh } as Pick<Webex, 'refresh'> as Webex,
    asked,
    refuse: (answer) => {
      answerFor = answer;
    },
  };
}

function collectedLog(): { log: Log; lines: MemoryFleet['lines'] } {
  const lines: MemoryFleet['lines'] = [];
  const write = (event: string, facts?: Record<string, unknown>) => void lines.push({ event, ...facts });
  return { log: { info: write, warn: write, error: write }, lines };
}

function collectedEvents(): { queue: Queue; published: string[] } {
  const published: string[] = [];
  const queue: Queue = {
    async publish(_topic, { data }) {
      const [type] = String((data as { type: string }).type)
        .split('.')
        .slice(-1);
      published.push(type!);
    },
  };
  return { queue, published };
}

/** Seals nothing: sealing thousands of grants would take longer than the rules under test. */
const openSealer: Ports['sealer'] = {
  seal: async (text) => text.reveal(),
  open: async (text) => new Secret(text),
  isCurrent: async () => true,
};

const settings: Ports['settings'] = {
  portalName: 'Portal',
  oauthUrl: 'http://localhost',
  requiredScopes: [],
  syncTopic: 'sync-users',
  eventsTopic: 'customer-events',
  pageSize: 100,
  allowLocalProxies: false,
};

/** The connection of a customer who gave consent at `grantedAt`. */
function connectedAt(id: string, grantedAt: number, now: number): Connection {
  const grant = {
    serial: 1,
    sealedAccessToken: `${id} access 0`,
    sealedRefreshToken: `${id} 0`,
    accessExpiresAt: grantedAt + 14 * day,
    refreshExpiresAt: grantedAt + 90 * day,
    scopes: [],
    grantedAt,
    refreshedAt: grantedAt,
  };
  return withGrant(newConnection(id, { ancestors: ['sys'], nameKey: id }), grant, now);
}
