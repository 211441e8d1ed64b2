/** A fleet in memory: thousands of customers, a Webex that refuses whom a test says, and a clock that the test moves. For rules over many runs. */

import { draws } from '../../local/webex/people/chance.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { newConnection } from '../../shared/domain/connection.ts';
import { Failure, type FailureCode } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day, hour } from '../../shared/domain/time.ts';
import type { Ports, Query, Store, Stored, Webex } from '../../shared/ports.ts';
import { connectionPath } from '../../shared/storage/layout.ts';
import { type RefreshRun, refreshDue } from '../../shared/tokens/refresh-due.ts';

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

export function memoryFleet(count: number, seed = 1): MemoryFleet {
  let now = Date.UTC(2027, 0, 4, 9);
  const random = draws(seed);
  const ids = Array.from({ length: count }, (_, index) => `customer-${String(index).padStart(5, '0')}`);
  const { store, documents } = memoryStore();
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

/** The store port over a map: equality, one range, order, cursor and limit. History is not kept. */
function memoryStore(): { store: Store; documents: Map<string, object> } {
  const documents = new Map<string, object>();
  const versions = new Map<string, number>();
  let version = 0;
  const stored = <T>(path: string): Stored<T> | undefined => {
    const data = documents.get(path);
    return data && { path, version: String(versions.get(path) ?? 0), data: data as T };
  };

  function find({ collection, range, orderBy, after, limit }: Query): Stored<Record<string, unknown>>[] {
    const prefix = `${collection}/`;
    const field = orderBy?.field;
    const sign = orderBy?.direction === 'descending' ? -1 : 1;
    const found: { key: number; path: string }[] = [];
    for (const [path, data] of documents) {
      if (!path.startsWith(prefix) || path.indexOf('/', prefix.length) >= 0) continue;
      const key = field === undefined ? 0 : Number((data as Record<string, unknown>)[field]);
      if (Number.isNaN(key)) continue;
      if (range && (key < Number(range.from ?? -Infinity) || key >= Number(range.before ?? Infinity))) continue;
      found.push({ key, path });
    }
    found.sort((a, b) => sign * (a.key - b.key || (a.path < b.path ? -1 : 1)));
    const isBehind = ({ key, path }: { key: number; path: string }) =>
      !after ||
      sign * (key - Number(after.value ?? 0)) > 0 ||
      (key === Number(after.value ?? 0) &&
        sign * (path < `${prefix}${after.id}` ? -1 : 1) > 0 &&
        path !== `${prefix}${after.id}`);
    return found
      .filter(isBehind)
      .slice(0, limit)
      .map(({ path }) => stored<Record<string, unknown>>(path)!);
  }

  const store: Store = {
    get: async <T>(path: string) => stored<T>(path),
    getMany: async <T>(paths: string[]) => paths.map((path) => stored<T>(path)),
    query: async <T>(query: Query) => find(query) as Stored<unknown>[] as Stored<T>[],
    async commit(writes) {
      for (const write of writes) {
        const path = 'set' in write ? write.set : write.delete;
        const holds =
          write.if === undefined ||
          (write.if === 'absent' ? !documents.has(path) : stored(path)?.version === write.if.version);
        if (!holds) throw new Failure('conflict', 'The document was changed in between.');
      }
      return writes.map((write) => {
        version += 1;
        const path = 'set' in write ? write.set : write.delete;
        if (path.includes('/events/')) return '0';
        versions.set(path, version);
        if ('set' in write) documents.set(path, write.data);
        else documents.delete(path);
        return String(version);
      });
    },
    close: async () => {},
  };
  return { store, documents };
}
