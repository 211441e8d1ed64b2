/** Ports for tests of flows: a real store, a real sealer, the Webex stand-in, a frozen clock; messages and log lines are collected. */

import type { WebexServer } from '../../local/webex/server.ts';
import { joseSealer, keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { webexApi } from '../../shared/adapters/webex/client.ts';
import { integrationName, integrationReader } from '../../shared/adapters/webex/integration.ts';
import { createCustomer, newCustomer } from '../../shared/customers/records.ts';
import type { Caller } from '../../shared/domain/caller.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Log, Ports, Queue, Secrets, Store } from '../../shared/ports.ts';
import { accessTokenPlace, connectionPath, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { frozenClock, type TestClock } from './clock.ts';
import {
  type FaultyQueue,
  type FaultySealer,
  type FaultySecrets,
  type FaultyStore,
  type FaultyWebex,
  faulty,
  faultyStore,
} from './faulty.ts';

/** Secrets in memory; the newest value of a name is the last one added. */
export function memorySecrets(values: Record<string, unknown> = {}): Secrets {
  const kept = new Map(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
  return {
    async read(name) {
      const value = kept.get(name);
      if (value === undefined) throw new Failure('secret_missing', `There is no secret ${name}.`);
      return new Secret(value);
    },
    async add(name, value) {
      kept.set(name, value.reveal());
    },
  };
}

export interface Message {
  topic: string;
  data: Record<string, unknown>;
}

export interface TestPorts extends Ports {
  store: FaultyStore;
  sealer: FaultySealer;
  webex: FaultyWebex;
  queue: FaultyQueue;
  secrets: FaultySecrets;
  clock: TestClock;
  /** What was published, oldest first. */
  messages: Message[];
  /** What was logged: `event` and its facts. */
  lines: { level: string; event: string; [fact: string]: unknown }[];
}

export const sealingKeys = () => ({ keys: [newSealingKey('test-1')] });

/** @param change ports that a test brings itself */
export function testPorts(
  webex: Pick<WebexServer, 'url'>,
  change: Partial<Ports & { secrets: Secrets; clock: TestClock }> = {},
): TestPorts {
  const messages: Message[] = [];
  const lines: TestPorts['lines'] = [];
  const queue: Queue = {
    async publish(topic, { data }) {
      messages.push({ topic, data: JSON.parse(JSON.stringify(data)) });
    },
  };
  const write = (level: string) => (event: string, facts?: Record<string, unknown>) =>
    void lines.push({ level, event, ...facts });
  const log: Log = { info: write('info'), warn: write('warn'), error: write('error') };
  const clock = change.clock ?? frozenClock();
  const around = clock.during;
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = faulty(
    change.secrets ?? memorySecrets({ [keyringName]: sealingKeys(), [integrationName]: integration }),
    { around },
  );
  return {
    // The store's own clean-up stays out of it: readers must judge expiry themselves.
    store: faultyStore(change.store ?? sqliteStore({ file: ':memory:', now: () => 0 }), around),
    sealer: faulty(change.sealer ?? joseSealer(secrets, clock), { around }),
    webex: faulty(change.webex ?? webexApi(`${webex.url}/v1`, integrationReader(secrets, clock), clock), { around }),
    queue: faulty(change.queue ?? queue, { around }),
    log: change.log ?? log,
    clock,
    secrets,
    messages,
    lines,
    settings: change.settings ?? {
      portalName: 'TestPortal',
      oauthUrl: 'http://localhost:8080/webex_teams_oauth',
      requiredScopes: [
        'spark-admin:people_read',
        'spark-admin:licenses_read',
        'spark-admin:roles_read',
        'spark-admin:organizations_read',
        'identity:people_read',
      ],
      syncTopic: 'sync-users',
      eventsTopic: 'customer-events',
      pageSize: 100,
      allowLocalProxies: false,
    },
  };
}

export const administrator: Caller = {
  id: 'portal@example.com',
  grants: [{ hierarchy: 'sys', role: 'administrator' }],
};

/** A customer of the organization, connected with a grant that the stand-in gave without a browser. Answers its id. */
export async function connectedCustomer(
  ports: TestPorts,
  webex: Pick<WebexServer, 'control'>,
  organization: { id: string; name: string },
): Promise<string> {
  const { customer } = await createCustomer(
    ports,
    administrator,
    newCustomer(
      { hierarchy: 'sys.provider', name: organization.name, accountNumber: organization.id, shadow: [] },
      ports.clock.now(),
    ),
  );
  await giveGrant(ports, customer.id, webex.control.grant({ orgId: organization.id }));
  return customer.id;
}

/** Stores a pair as a callback would have. */
export async function giveGrant(
  { store, sealer, clock }: Pick<Ports, 'store' | 'sealer' | 'clock'>,
  customerId: string,
  pair: {
    access_token: string;
    expires_in: number;
    refresh_token?: string;
    refresh_token_expires_in: number;
    scope?: string;
  },
): Promise<void> {
  const now = clock.now();
  const read = (await store.get<Connection>(connectionPath(customerId)))!;
  const grant = {
    serial: (read.data.grant?.serial ?? 0) + 1,
    sealedAccessToken: await sealer.seal(new Secret(pair.access_token), accessTokenPlace(customerId)),
    sealedRefreshToken: await sealer.seal(new Secret(pair.refresh_token!), refreshTokenPlace(customerId)),
    accessExpiresAt: now + pair.expires_in * 1000,
    refreshExpiresAt: now + pair.refresh_token_expires_in * 1000,
    scopes: pair.scope?.split(' ') ?? [],
    grantedAt: now,
    refreshedAt: now,
  };
  await store.commit([{ set: read.path, data: withGrant(read.data, grant, now), if: { version: read.version } }]);
}

/** The stored connection. */
export async function readConnection(store: Store, customerId: string): Promise<Connection> {
  return (await store.get<Connection>(connectionPath(customerId)))!.data;
}
