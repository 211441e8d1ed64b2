/** The worlds in which flows meet: two customers, two organizations, and the ports of each flow in them. */

import { router } from '../../functions/customers/api/router.ts';
import type { FrameworkRequest } from '../../functions/customers/api/validation.ts';
import { endpoints } from '../../functions/customers/customers.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Log, Ports, Sealer, Store, Write } from '../../shared/ports.ts';
import { outbox, unsentMessages } from '../../shared/storage/layout.ts';
import type { Documents } from '../support/memory-store.ts';
import type { Gate } from './schedule.ts';
import { memoryWebex, type WebexState } from './webex.ts';

export const startsAt = Date.UTC(2027, 0, 4, 9);
export const scopes = ['spark-admin:people_read', 'spark-admin:organizations_read', 'identity:people_read'];

/** What every schedule of a world starts from. */
export interface World {
  name: string;
  documents: Documents;
  webex: WebexState;
  /** Names that flows use: customers, links, codes, runs. */
  names: Record<string, string>;
}

/** What the flows of one schedule share. */
export interface Shared {
  world: World;
  store: Store;
  webex: WebexState;
  messages: { topic: string; data: Record<string, unknown> }[];
}

/** Text sealed by generation, so that a rotation of the key can be seen. Nothing is hidden here. */
const generation = '2';
const sealer: Sealer = {
  seal: async (text, place) => `${generation}|${place}|${text.reveal()}`,
  open: async (sealed, place) => new Secret(openSealed(sealed, place)),
  isCurrent: async (sealed) => sealed.startsWith(`${generation}|`),
};

export function openSealed(sealed: string, place: string): string {
  const [, at, ...text] = sealed.split('|');
  if (at !== place) throw new Failure('sealed_text_invalid', `Sealed for ${at}, opened as ${place}.`);
  return text.join('|');
}

const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** What a flow has: every call of the store and of Webex waits for its turn. */
export function portsOf(shared: Shared, gate: Gate): Ports {
  const { clock } = gate;
  return {
    store: gatedStore(shared.store, gate),
    webex: gatedObject(memoryWebex(shared.webex, clock.now, scopes), gate),
    sealer,
    clock,
    log,
    queue: {
      async publish(topic, { data }) {
        shared.messages.push({ topic, data: JSON.parse(JSON.stringify(data)) });
      },
    },
    settings: {
      portalName: 'Portal',
      oauthUrl: 'http://localhost:8080/webex_teams_oauth',
      requiredScopes: scopes,
      syncTopic: 'sync-users',
      eventsTopic: 'customer-events',
      pageSize: 100,
      allowLocalProxies: false,
    },
  };
}

/** No decision depends on these documents: their calls are not steps of their own. */
const isUnobserved = (path: string) => [outbox, unsentMessages].some((folder) => path.startsWith(`${folder}/`));
const pathOf = (write: Write) => ('set' in write ? write.set : write.delete);

function gatedStore(store: Store, { call }: Gate): Store {
  return {
    get: (path) => (isUnobserved(path) ? store.get(path) : call(`get ${path}`, () => store.get(path))),
    getMany: (paths) => call(`getMany ${paths.join(' ')}`, () => store.getMany(paths)),
    query: (query) =>
      isUnobserved(`${query.collection}/`)
        ? store.query(query)
        : call(`query ${query.collection}`, () => store.query(query)),
    commit: (writes) =>
      writes.every((write) => isUnobserved(pathOf(write)))
        ? store.commit(writes)
        : call(`commit ${writes.map(pathOf).join(' ')}`, () => store.commit(writes)),
    close: () => store.close(),
  };
}

function gatedObject<P extends object>(port: P, { call }: Gate): P {
  return new Proxy(port, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => call(String(name), () => method.apply(target, args));
    },
  });
}

export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: judged by the oracles
  body: any;
}

const caller = {
  id: 'portal@example.com',
  grants: (['administrator', 'token_reader'] as const).map((role) => ({ hierarchy: 'sys', role })),
};

/** A request to `customers`, through its router and without a socket. */
export async function callApi(
  ports: Ports,
  method: string,
  path: string,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
): Promise<ApiAnswer> {
  const rawBody = body && Buffer.from(JSON.stringify(body));
  const all: Record<string, string> = { 'content-type': 'application/json', 'if-match': '*', ...headers };
  const request = {
    method,
    path,
    url: path,
    headers: all,
    query: {},
    body,
    rawBody,
    get: (name: string) => all[name.toLowerCase()],
    is: () => 'json',
  } as unknown as FrameworkRequest;
  const answer: ApiAnswer = { status: 0, body: undefined };
  const response = {
    headersSent: false,
    setHeader: () => {},
    writeHead: (status: number) => {
      answer.status = status;
    },
    end: (text?: string) => {
      answer.body = text ? JSON.parse(text) : undefined;
    },
  };
  await router(endpoints, { identify: async () => caller }, ports)(request, response as never);
  return answer;
}
