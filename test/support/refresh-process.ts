/**
 * A process of its own that renews what is due, for tests that kill it or race several of it. Its argument says where it
 * works; for each line on its standard input it runs once. It prints `ready`, then `done` with the result of each run, and
 * every event as soon as it is published.
 */

import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { joseSealer, keyringName } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { webexApi } from '../../shared/adapters/webex/client.ts';
import { integrationName, integrationReader } from '../../shared/adapters/webex/integration.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Clock, Ports, Secrets, Store, Webex } from '../../shared/ports.ts';
import { refreshDue } from '../../shared/tokens/refresh-due.ts';
import type { Answer, Order, Place, Step } from './refresh-orders.ts';

const place = JSON.parse(process.argv[2]!) as Place;
// Synchronous, so that a report is complete however this process ends.
const tell = (answer: Answer) => writeSync(1, `${JSON.stringify(answer)}\n`);
let order: Order = { offsetMs: 0, concurrency: 1 };
let windowsMs: number[] = [];

function reach(step: Step): void {
  if (order.killAt === step) process.kill(process.pid, 'SIGKILL');
}

const values: Record<string, object> = {
  [keyringName]: place.keyring,
  [integrationName]: { client_id: 'local-client', client_secrets: ['local-secret'] },
};
const secrets: Secrets = {
  read: async (name) => new Secret(JSON.stringify(values[name])),
  add: async () => {},
};
const clock: Clock = {
  now: () => Date.now() + order.offsetMs,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

async function openStore(): Promise<Store> {
  if (place.sqliteFile) return sqliteStore({ file: place.sqliteFile });
  const { firestoreStore } = await import('../../shared/adapters/google/firestore-store.ts');
  return firestoreStore(place.firestore!);
}

/** The store, which recognizes the steps of a refresh by their writes. */
function watchedStore(store: Store): Store {
  return {
    ...store,
    async commit(writes) {
      const [first] = writes;
      const isConnection = first !== undefined && 'set' in first && first.set.startsWith('connections/');
      const data = isConnection ? (first.data as { lease?: object; customerId: string }) : undefined;
      const isOutbox = first !== undefined && 'delete' in first;
      if (data) reach(data.lease ? 'before the lease' : 'before the result is stored');
      const versions = await store.commit(writes);
      if (data) reach(data.lease ? 'after the lease' : 'after the result is stored');
      if (data && !data.lease) {
        const since = answeredAt.get(data.customerId);
        if (since !== undefined) windowsMs.push(performance.now() - since);
        answeredAt.delete(data.customerId);
      }
      if (isOutbox) reach('after the event has left the outbox');
      return versions;
    },
  };
}

const answeredAt = new Map<string, number>();

function watchedWebex(webex: Webex): Webex {
  return {
    ...webex,
    async refresh(request) {
      if (order.killAt === 'while Webex acts') setTimeout(reach, 10, 'while Webex acts');
      const pair = await webex.refresh(request);
      reach('when Webex has answered');
      const orgId = pair.accessToken.reveal().split('_').at(-1)!;
      answeredAt.set(`customer-${Number(orgId.split('-').at(-1))}`, performance.now());
      return pair;
    },
  };
}

const silent = () => {};
const ports: Ports = {
  store: watchedStore(await openStore()),
  sealer: joseSealer(secrets, clock),
  webex: watchedWebex(webexApi(`${place.webexUrl}/v1`, integrationReader(secrets, clock), clock)),
  queue: {
    async publish(_topic, { data }) {
      reach('before the event is published');
      tell({ published: (data as { id: string }).id });
      reach('after the event is published');
    },
  },
  clock,
  log: { info: silent, warn: silent, error: (event, facts) => console.error(event, facts) },
  settings: {
    portalName: 'Test',
    oauthUrl: 'http://localhost',
    requiredScopes: [],
    syncTopic: 'sync-users',
    eventsTopic: 'customer-events',
    pageSize: 100,
    allowLocalProxies: false,
  },
};
// Loaded now, so that the first refresh is as quick as the others.
await ports.sealer.open(await ports.sealer.seal(new Secret('warm'), 'here'), 'here');
await ports.webex.me({ accessToken: new Secret('warm') }).catch(() => {});
await ports.store.get('connections/none').catch(() => {});
tell({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
  order = JSON.parse(line) as Order;
  windowsMs = [];
  const run = await refreshDue(ports, { concurrency: order.concurrency, endsAt: clock.now() + 60_000 }).catch(
    (error) => ({ failed: String(error) }),
  );
  tell({ done: run, windowsMs });
}
await ports.store.close();
