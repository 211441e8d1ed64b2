/** The API on a real server with the framework's own middleware. Its OpenAPI document judges every exchange. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { type OpenApi, openApi } from '../../../functions/customers/api/openapi.ts';
import { customers, endpoints } from '../../../functions/customers/customers.ts';
import { syncUsers } from '../../../functions/sync_users/sync_users.ts';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { localCallers, localSignerName, signLocalToken } from '../../../shared/adapters/local/callers.ts';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import type { CallerGrant } from '../../../shared/domain/caller.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { guardServer } from '../../../shared/http/request-guard.ts';
import type { Callers, Ports, Store } from '../../../shared/ports.ts';
import { frozenClock } from '../../support/clock.ts';
import { queueUnavailable } from '../../support/faulty.ts';
import { indexedStore } from '../../support/indexed-store.ts';
import { type TestPorts, testPorts } from '../../support/ports.ts';
import { type Breakage, breakableCallers, breakableStore } from './breakage.ts';
import { type Contract, contractOf } from './contract.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: judged by the document, asserted by the test
  body: any;
}

export interface Sent {
  /** A bearer token; by default one with every role at `sys`. */
  token?: string | undefined;
  headers?: Record<string, string>;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
}

export interface Api {
  url: string;
  ports: TestPorts;
  webex: WebexServer;
  document: OpenApi;
  broken: Breakage;
  /** All judged responses: `operation status code`. */
  seen: Set<string>;
  call(method: string, path: string, sent?: Sent): Promise<Answer>;
  token(grants: CallerGrant[], id?: string): Promise<string>;
  /** Delivers the messages in the queue to `sync_users`, until none is left. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

export const everything: CallerGrant[] = [
  { hierarchy: 'sys', role: 'administrator' },
  { hierarchy: 'sys', role: 'token_reader' },
];

const audience = 'https://customers.example.com';

export interface ApiOptions {
  store?: Store;
  callers?: Callers;
  /** People per organization, where few are enough. */
  people?: number;
}

export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const clock = frozenClock();
  const { people } = options;
  const organizations = sampleOrganizations.map((each) => (people === undefined ? each : { ...each, people }));
  const webex = await startWebex({ now: clock.now, organizations });
  const broken: Breakage = {};
  const store = options.store ?? sqliteStore({ file: ':memory:', now: () => 0 });
  const ports = testPorts(webex, { clock, store: breakableStore(indexedStore(store), broken) });
  // The adapter refuses such proxies at once, so no test waits for one that does not exist.
  ports.settings.allowLocalProxies = true;
  await ports.secrets.add(localSignerName, new Secret(randomUUID()));
  const secretsAway = new Failure('secrets_unavailable', 'The secrets are away.');
  for (const method of ['seal', 'open'] as const) {
    ports.sealer.failNext(method, secretsAway, { times: 'always', when: () => broken.secrets === true });
  }
  ports.queue.failNext('publish', queueUnavailable(), { times: 'always', when: () => broken.queue === true });
  const callers = options.callers ?? localCallers(ports.secrets, audience);
  const { server, url } = await listen(ports, breakableCallers(callers, broken));
  const token = async (grants: CallerGrant[], id = 'portal@example.com') =>
    (await signLocalToken(ports.secrets, audience, { id, grants })).reveal();
  const document = openApi(endpoints);
  const seen = new Set<string>();
  return {
    url,
    ports,
    webex,
    document,
    broken,
    seen,
    call: caller({ url, contract: contractOf(document), seen, defaultToken: await token(everything) }),
    token,
    deliver: () => deliverAll(ports),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await ports.store.close();
      await webex.close();
    },
  };
}

async function listen(ports: Ports, callers: Callers): Promise<{ server: Server; url: string }> {
  const name = `customers-${randomUUID()}`;
  http(name, customers(ports, callers));
  const server = getTestServer(name);
  guardServer(server, ports.log);
  // A slow test must not find its connection closed by its next request.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Calling {
  url: string;
  contract: Contract;
  seen: Set<string>;
  defaultToken: string;
}

function caller({ url, contract, seen, defaultToken }: Calling): Api['call'] {
  return async (method, path, sent = {}) => {
    const bearer = 'token' in sent ? sent.token : defaultToken;
    const body = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const headers = {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...sent.headers,
    };
    // As it is sent: a URL's dots are resolved.
    const target = new URL(`${url}${path}`);
    const response = await fetch(target, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text };
    const judged = typeof body === 'string' ? body : undefined;
    const exchange = { method, path: target.pathname + target.search, headers, body: judged, answer };
    const { operation, code } = contract.judge(exchange);
    if (operation) seen.add(`${operation} ${answer.status} ${code ?? 'success'}`);
    const isJson = text !== '' && response.headers.get('content-type')?.includes('json');
    return { ...answer, body: isJson ? JSON.parse(text) : undefined };
  };
}

async function deliverAll(ports: TestPorts): Promise<void> {
  const receive = syncUsers(ports);
  for (let left = 100; left > 0; left--) {
    const index = ports.messages.findIndex(({ topic }) => topic === ports.settings.syncTopic);
    if (index < 0) return;
    const [message] = ports.messages.splice(index, 1);
    const encoded = Buffer.from(JSON.stringify(message!.data)).toString('base64');
    const event = { specversion: '1.0', type: 'test', source: 'test', id: '1', data: { message: { data: encoded } } };
    await receive(event as unknown as CloudEvent<unknown>);
  }
  throw new Error('The messages do not end.');
}
