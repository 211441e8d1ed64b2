/** A fleet in memory: thousands of customers, a Webex that refuses the customers that a test names, and a clock that the test moves. For rules over many runs. */

import { draws } from '../../local/webex/people/chance.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { newConnection } from '../../shared/domain/connection.ts';
import { Failure, type FailureCode } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day, hour } from '../../shared/domain/time.ts';
import type { Ports, Webex } from '../../shared/ports.ts';
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
  const ids = Array.from({ length: count }, (_, index) => `customer-${String(index).padStart(5, '0')}`);
  const { store, documents } = fleetStore();
  const asked = new Map<string, number>();
  const lines: MemoryFleet['lines'] = [];
  const published: string[] = [];
  let answerFor: (customerId: string) => FailureCode | undefined = () => undefined;
  let tokens = 0;
  const log = (event: string, facts?: Record<string, unknown>) => void lines.push({ event, ...facts });

  async function refresh({ refreshToken }: { refreshToken: Secret }) {
    const token = refreshToken.reveal();
    const customerId = token.split(' ')[0]!;
    asked.set(customerId, (asked.get(customerId) ?? 0) + 1);
    await null;
    const code = answerFor(customerId);
    if (code === 'webex_rate_limited') throw new Failure(code, 'Slow down.', { retryAfterMs: 300_000 });
    if (code) throw new Failure(code, 'Webex refuses.');
    tokens += 1;
    return {
      requestedAt: now,
      accessToken: new Secret(`${customerId} access ${tokens}`),
      refreshToken: new Secret(`${customerId} ${tokens}`),
      accessExpiresAt: now + 14 * day,
      refreshExpiresAt: now + 90 * day,
      scopes: [],
    };
  }

  const ports: Ports = {
    store,
    sealer: {
      seal: async (text) => text.reveal(),
      open: async (text) => new Secret(text),
      isCurrent: async () => true,
    },
    webex: { refresh } as Pick<Webex, 'refresh'> as Webex,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
      random,
    },
    queue: {
      async publish(_topic, { data }) {
        published.push(
          String((data as { type: string }).type)
            .split('.')
            .at(-1)!,
        );
      },
    },
    log: { info: log, warn: log, error: log },
    settings: {
      portalName: 'Portal',
      oauthUrl: 'http://localhost',
      requiredScopes: [],
      syncTopic: 'sync-users',
      eventsTopic: 'customer-events',
      pageSize: 100,
      allowLocalProxies: false,
    },
  };

  for (const id of ids) {
    // Consents of the last week, as a fleet that has grown over time has them.
    const grantedAt = now - Math.floor(random() * 7 * day);
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
    documents.set(connectionPath(id), withGrant(newConnection(id, { ancestors: ['sys'], nameKey: id }), grant, now));
  }
  const connection = (id: string) => documents.get(connectionPath(id)) as Connection;

  return {
    ports,
    ids,
    asked,
    lines,
    published,
    refuse: (answer) => {
      answerFor = answer;
    },
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
