/**
 * Canaries: distinctive tokens, codes, verifiers, client secrets and keys go through every flow and failure of the four
 * functions, over HTTP. None of them may be found where somebody could read it: in the log, in an answer (but the two that
 * exist to show a token), in an event, in the bytes of the store or of the queue.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStack, startFunctions } from '../../local/functions.ts';
import { authorize } from '../../local/webex/authorize.ts';
import type { Fault } from '../../local/webex/faults/rules.ts';
import { sampleClient, sampleOrganizations } from '../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { localSignerName, signLocalToken } from '../../shared/adapters/local/callers.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { faulty as faultyPort } from '../support/faulty.ts';
import { freePort } from '../support/free-port.ts';
import { plainFaults, quotingFaults } from './faults.ts';

/** With this setting, every code, access token and refresh token of the stand-in contains the mark. */
const tokenMark = '_P0A1_';
const clientSecrets = ['canary-client-secret-retired', 'canary-client-secret'];
const proxyPassword = 'canary-proxy-password';
const sealingKey = newSealingKey('canary');
const signer = `canary-signer-${crypto.randomUUID()}`;
const acme = sampleOrganizations[0]!;
const globex = sampleOrganizations[1]!;

/** What goes by a name of its own: filled while the flows run. */
const canaries = new Set<string>([tokenMark, ...clientSecrets, sealingKey.k!, signer]);
const responses: string[] = [];
let folder: string;
let webex: WebexServer;
let stack: LocalStack;
let bearer: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'canary-'));
  const port = await freePort();
  const redirectUris = [`http://localhost:${port}/webex_teams_oauth/callback`];
  webex = await startWebex({ clients: [{ ...sampleClient, clientSecrets: [clientSecrets[1]!], redirectUris }] });
  webex.control.settings({ tokenForm: 'marked' });
  stack = await startFunctions(port, {
    WEBEX_API_URL: `${webex.url}/v1`,
    SQLITE_FILE: join(folder, 'store.db'),
    QUEUE_FILE: join(folder, 'queue.db'),
    SECRETS_FOLDER: join(folder, 'secrets'),
    LOG_FILE: join(folder, 'log.jsonl'),
  });
  const { secrets, ports } = stack.composition;
  const add = (name: string, value: unknown) => secrets.add(name, new Secret(JSON.stringify(value)));
  await add(keyringName, { keys: [sealingKey] });
  await add(localSignerName, signer);
  await add(integrationName, { client_id: sampleClient.clientId, client_secrets: clientSecrets });
  const webexPort = faultyPort(ports.webex);
  webexPort.beforeNext('exchangeCode', ({ verifier }) => canaries.add(verifier.reveal()), { times: 'always' });
  ports.webex = webexPort;
  const grants = (['administrator', 'token_reader'] as const).map((role) => ({ hierarchy: 'sys', role }));
  const caller = { id: 'canary@localhost', grants };
  bearer = (await signLocalToken(secrets, stack.config.CALLER_AUDIENCE, caller)).reveal();
  canaries.add(bearer);
});
afterAll(async () => {
  await stack.close();
  await webex.close();
  rmSync(folder, { recursive: true });
});

const json = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

interface Answer {
  status: number;
  text: string;
  headers: Headers;
}

/** @param shows the answer exists to show a token: it is not searched */
async function fetched(url: string, init: RequestInit = {}, shows = false): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  if (!shows)
    responses.push(
      `${init.method ?? 'GET'} ${new URL(url).pathname}\n${JSON.stringify([...response.headers])}\n${text}`,
    );
  return { status: response.status, text, headers: response.headers };
}

function call(method: string, path: string, body?: object | string, shows = false): Promise<Answer> {
  const headers = { authorization: `Bearer ${bearer}`, 'if-match': '*', 'content-type': 'application/json' };
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return fetched(
    `${stack.url}/customers${path}`,
    { method, headers, ...(text !== undefined && { body: text }) },
    shows,
  );
}

async function create(name: string, accountNumber: string): Promise<string> {
  const { text } = await call('POST', '', { hierarchy: 'sys.p', name, account_number: accountNumber });
  return JSON.parse(text).id;
}

/** A browser from a page to its end, with the cookies that it is given. */
async function browse(
  start: string,
  method: 'GET' | 'POST',
  visitor: { email: string; password: string },
  shows = false,
) {
  const cookies = new Map<string, string>();
  const visit = async (url: string, how = 'GET', shown = false) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetched(url, { method: how, headers: { cookie, origin: stack.url } }, shown);
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const leaving = await visit(start, method);
  const webexUrl = leaving.headers.get('location') ?? /url=(\S+)/.exec(leaving.headers.get('refresh') ?? '')![1]!;
  const callback = await authorize(webexUrl, visitor);
  const ended = await visit(callback);
  const result = ended.headers.get('location');
  const page = result ? await visit(new URL(result, callback).href, 'GET', shows) : ended;
  // A visitor who reloads the callback, or opens it with a made-up state.
  await visit(callback);
  await visit(`${callback}x`);
  return page;
}

async function connect(customer: string, visitor = acme.administrators![0]!): Promise<Answer> {
  const { url } = JSON.parse((await call('POST', `/${customer}:connect`)).text) as { url: string };
  await fetched(url);
  return browse(url, 'POST', visitor);
}

const faulty = (fault: Fault, grant: 'refresh_token' | 'authorization_code') =>
  webex.control.faults({ match: { grant }, fault });

/** Tokens and a secret, as a response could quote them. */
function quoted(): string {
  const { refreshTokens, accessTokens } = webex.control.tokens(acme.id);
  return `${refreshTokens[0]?.value} ${accessTokens[0]?.value} ${clientSecrets[1]}`;
}

describe('canaries', () => {
  it('go through every flow and failure', async () => {
    const customer = await create('Acme', acme.id);
    expect((await connect(customer)).text).toContain('Acme Corporation');

    const failing = await create('Globex', globex.id);
    for (const fault of plainFaults) {
      faulty(fault, 'authorization_code');
      await connect(failing, globex.administrators![0]!);
    }
    await connect(await create('Foreign', crypto.randomUUID()), globex.administrators![0]!);
    await connect(await create('Member', crypto.randomUUID()), acme.members![0]!);
    webex.control.clearFaults();

    const shown = await browse(`${stack.url}/webex_teams_oauth/authorize`, 'GET', acme.administrators![0]!, true);
    expect(shown.text).toContain(tokenMark);

    for (const fault of [...plainFaults, ...quotingFaults(quoted())]) {
      faulty(fault, 'refresh_token');
      expect((await call('POST', `/${customer}:refresh`)).status).toBeGreaterThanOrEqual(400);
    }
    webex.control.clearFaults();
    expect((await call('POST', `/${customer}:refresh`)).status).toBe(200);
    expect((await call('POST', `/${customer}:accessToken`, {}, true)).text).toContain(tokenMark);
    await call('POST', `/${customer}:sync`);

    // Written as fields, as the portal of the seed did: right, wrong, and in places where they do not belong.
    const pair = webex.control.grant({ orgId: acme.id });
    const { access_token: token, refresh_token } = pair;
    const tokens = { token, refresh_token };
    await call('PATCH', `/${customer}`, tokens);
    await call('PATCH', `/${customer}`, { ...tokens, refresh_token: `${refresh_token}x` });
    await call('PATCH', `/${customer}`, { ...tokens, name: 7 });
    await call('PATCH', `/${customer}`, `{"token":"${token}", broken`);
    await call('POST', '', { hierarchy: 'sys.p', name: 'Pasted', account_number: globex.id, ...tokens });
    await call('GET', `?page_token=${token}&hierarchy=${token}`);
    await fetched(`${stack.url}/customers`, { headers: { authorization: `Bearer ${token}` } });
    await fetched(`${stack.url}/sync_users`, json({ message: { data: btoa(JSON.stringify({ customer: token })) } }));
    await fetched(`${stack.url}/webex_teams_oauth/callback?code=${token}&state=${token}`);

    const proxy = `http://user:${proxyPassword}@127.0.0.1:1`;
    await call('PATCH', `/${customer}`, { http_proxy: proxy, https_proxy: proxy });
    await call('POST', `/${customer}:refresh`);
    await call('PATCH', `/${customer}`, { http_proxy: null, https_proxy: null });
    await call('POST', `/${customer}:refresh`);

    await stack.tick();
    webex.control.revokeGrants({ orgId: acme.id, accessTokens: true });
    await call('POST', `/${customer}:refresh`);
    await call('POST', `/${customer}:sync`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stack.tick();
    for (const what of ['', '/events', '/users', '/syncs']) await call('GET', `/${customer}${what}`);
    await call('DELETE', `/${customer}`);
    expect(responses.length).toBeGreaterThan(100);
    expect(canaries.size).toBeGreaterThan(8);
  }, 120_000);

  const found = (text: string) => [...canaries].filter((canary) => text.includes(canary));

  const stored = () =>
    Object.fromEntries(
      readdirSync(folder)
        .filter((name) => /^(store|queue)\.db/.test(name))
        .map((name) => [name, readFileSync(join(folder, name)).toString('latin1')]),
    );

  it('are in no response except the two that exist to show a token', () => {
    for (const response of responses) expect(found(response), response.slice(0, 80)).toEqual([]);
  });

  it('are not in the log, nor is a password of a proxy', () => {
    const log = readFileSync(join(folder, 'log.jsonl'), 'utf8');
    expect(log).toContain('refresh_failed');
    expect(log).toContain('request_failed');
    canaries.add(proxyPassword);
    for (const line of log.split('\n')) expect(found(line), line.slice(0, 300)).toEqual([]);
    canaries.delete(proxyPassword);
  });

  it('are not in the bytes of the store and the queue', () => {
    for (const [name, bytes] of Object.entries(stored())) expect(found(bytes), name).toEqual([]);
  });

  it('would be found if they were there', () => {
    expect(found(`a${tokenMark}b ${clientSecrets[1]}`)).toHaveLength(2);
    const { 'store.db-wal': written, 'queue.db': queue } = stored();
    expect(written).toContain('Acme Corporation');
    expect(queue).toBeDefined();
  });
});
