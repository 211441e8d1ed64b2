/** The simulated fleet: the real refresh over a store and a Webex in memory, with a virtual clock and incidents. */

import { draws } from '../../local/webex/people/chance.ts';
import { type Connection, newConnection } from '../../shared/domain/connection.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import { Failure, type FailureCode } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day, hour } from '../../shared/domain/time.ts';
import type { Ports, Write } from '../../shared/ports.ts';
import { connectionPath, customerPath } from '../../shared/storage/layout.ts';
import { fleetRefusals, type Incident, type IncidentKind, incidentsOf, isActive } from './incidents.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { isAlive, memoryWebex } from './memory-webex.ts';
import { createPortal, type Portal } from './portal.ts';

export const start = Date.UTC(2027, 0, 1);
/** Every n-th customer is refused in an incident of single refusals. */
const singleRefusalsEvery = 67;
const singleRefusals: FailureCode[] = ['client_refused', 'webex_unexpected', 'grant_refused'];

export interface Fleet {
  ports: Ports;
  store: MemoryStore;
  grants: ReturnType<typeof memoryWebex>['grants'];
  ids: string[];
  portal: Portal;
  incidents: Incident[];
  findings: Findings;
  random: () => number;
  now(): number;
  setNow(now: number): void;
}

export interface Findings {
  /** Log lines by event. */
  logged: Record<string, number>;
  /** Customers whose connections ended although Webex would have refreshed them. */
  wronglyEnded: Set<string>;
  /** Customers who were marked for a refusal while Webex refused all customers. */
  markedInIncident: Set<string>;
}

/** The incident that affects the fleet now. */
interface Moment {
  now: number;
  random: () => number;
  isActive(kind: IncidentKind): boolean;
  /** How Webex refuses this customer in an incident of single refusals. */
  refusedAlone(customerId: string): FailureCode | undefined;
}

export async function createFleet(options: { customers: number; days: number; seed: number }): Promise<Fleet> {
  const random = draws(options.seed);
  const incidents = incidentsOf(options.days, random);
  const ids = Array.from({ length: options.customers }, (_, index) => `customer-${String(index).padStart(5, '0')}`);
  const alone = new Map(
    ids.flatMap((id, index): [string, FailureCode][] =>
      index % singleRefusalsEvery === 0 ? [[id, singleRefusals[(index / singleRefusalsEvery) % 3]!]] : [],
    ),
  );
  const moment: Moment = {
    now: start,
    random,
    isActive: (kind) => incidents.some((each) => each.kind === kind && isActive(each, moment.now - start)),
    refusedAlone: (customerId) => alone.get(customerId),
  };
  const store = memoryStore((operation) => failStore(moment, operation));
  const { grants, webex } = memoryWebex(
    () => moment.now,
    (customerId) => disturb(moment, customerId),
  );
  const portal = createPortal();
  const findings: Findings = { logged: {}, wronglyEnded: new Set(), markedInIncident: new Set() };
  const fleet: Fleet = {
    ports: createPorts(moment, { store, webex, portal, grants, findings }),
    store,
    grants,
    ids,
    portal,
    incidents,
    findings,
    random,
    now: () => moment.now,
    setNow(now) {
      moment.now = now;
    },
  };
  await connectAll(fleet);
  return fleet;
}

type Parts = Pick<Fleet, 'store' | 'portal' | 'grants' | 'findings'> & { webex: Ports['webex'] };

function createPorts(moment: Moment, { store, webex, portal, grants, findings }: Parts): Ports {
  const log = (event: string, { customer }: Record<string, unknown> = {}) => {
    findings.logged[event] = (findings.logged[event] ?? 0) + 1;
    if (event !== 'connection_ended' || grants.get(String(customer))!.revoked) return;
    const isRefused = moment.isActive('single refusals') && moment.refusedAlone(String(customer)) === 'grant_refused';
    if (!isRefused) findings.wronglyEnded.add(String(customer));
  };
  return {
    store,
    webex,
    // Sealing is not tested here, and two million seals would take most of the time.
    sealer: {
      seal: async (text) => text.reveal(),
      open: async (text) => new Secret(text),
      isCurrent: async () => true,
    },
    clock: {
      now: () => moment.now,
      sleep: async (ms) => {
        moment.now += Math.ceil(ms);
      },
      random: moment.random,
    },
    log: { info: log, warn: log, error: log },
    queue: {
      async publish(topic, { data }) {
        if (topic !== settings.eventsTopic) return;
        const event = data as { id: string; type: string; subject: string; data: { code?: FailureCode } };
        portal.receive(event);
        const isFleetRefusal = Object.entries(fleetRefusals).some(
          ([kind, code]) => code === event.data.code && moment.isActive(kind as IncidentKind),
        );
        if (isFleetRefusal) findings.markedInIncident.add(event.subject);
      },
    },
    settings,
  };
}

const settings: Ports['settings'] = {
  portalName: 'Simulation',
  oauthUrl: 'http://localhost',
  requiredScopes: [],
  syncTopic: 'sync-users',
  eventsTopic: 'customer-events',
  pageSize: 100,
  allowLocalProxies: false,
};

function failStore({ isActive, random }: Moment, operation: 'read' | 'commit'): 'answer lost' | undefined {
  if (!isActive('store failures') || random() >= 0.1) return undefined;
  if (operation === 'commit' && random() < 0.5) return 'answer lost';
  throw new Failure('store_unavailable', 'The store is unavailable.');
}

/** The effect of the incidents on one exchange. */
function disturb({ isActive, random, refusedAlone }: Moment, customerId: string): 'answer lost' | undefined {
  for (const [kind, code] of Object.entries(fleetRefusals)) {
    if (isActive(kind as IncidentKind)) throw new Failure(code as 'client_refused', 'Webex refuses everybody.');
  }
  if (isActive('outage')) {
    if (random() < 0.02) return 'answer lost';
    throw new Failure('webex_unavailable', 'Webex is not available.');
  }
  if (isActive('endpoint limited')) throw new Failure('webex_rate_limited', 'Slow down.', { retryAfterMs: 300_000 });
  if (isActive('rate limits') && random() < 0.4) {
    throw new Failure('webex_rate_limited', 'Slow down.', { retryAfterMs: 15_000 + random() * 600_000 });
  }
  const alone = isActive('single refusals') ? refusedAlone(customerId) : undefined;
  if (alone) throw new Failure(alone as 'client_refused', 'Webex refuses this customer.');
  return undefined;
}

/** Connects every customer at the start. Half of them have tokens that rotate, and a few have access tokens of 12 hours. */
async function connectAll({ ids, grants, store }: Fleet): Promise<void> {
  for (const [index, customerId] of ids.entries()) {
    const accessLifetimeMs = index % 100 === 0 ? 12 * hour : 14 * day;
    const refreshExpiresAt = start + 90 * day;
    const refreshToken = `${customerId} 0`;
    const rotates = index % 2 === 0;
    const refreshLifetimeMs = 90 * day;
    grants.set(customerId, {
      refreshToken,
      refreshExpiresAt,
      accessLifetimeMs,
      refreshLifetimeMs,
      rotates,
      revoked: false,
    });
    const grant = {
      serial: 1,
      sealedAccessToken: `${customerId} access 0`,
      sealedRefreshToken: refreshToken,
      accessExpiresAt: start + accessLifetimeMs,
      refreshExpiresAt,
      scopes: [],
      grantedAt: start,
      refreshedAt: start,
    };
    const connection = newConnection(customerId, { ancestors: [], nameKey: customerId });
    await store.commit([
      { set: connectionPath(customerId), data: withGrant(connection, grant, start) },
      customerWrite(customerId),
    ]);
  }
}

/** The record, whose account number is the organization that the stand-in Webex names. */
function customerWrite(id: string): Write {
  const customer: Partial<Customer> = { id, name: id, accountNumber: id };
  return { set: customerPath(id), data: customer };
}

/** The connection as stored, however often the store fails. */
export async function readConnection({ store }: Fleet, id: string): Promise<Connection> {
  for (;;) {
    const read = await store.get<Connection>(connectionPath(id)).catch(() => undefined);
    if (read) return read.data;
  }
}

/** Whether Webex would refresh the stored grant. */
export function works({ grants, now }: Fleet, { customerId, grant }: Connection): boolean {
  return grant !== undefined && isAlive(grants.get(customerId)!, grant.sealedRefreshToken, now());
}
