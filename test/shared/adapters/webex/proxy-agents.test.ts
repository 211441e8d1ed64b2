import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxy, type ProxyServer } from 'proxy';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWebex, type WebexServer } from '../../../../local/webex/server.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import { lookupOutside } from '../../../../shared/adapters/webex/proxy-agents.ts';
import { proxyProblem } from '../../../../shared/domain/proxy.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
import type { Integration } from '../../../../shared/ports.ts';
import { acme } from '../../../local/webex/fixture.ts';
import { certificateAuthority, type TlsFront, tlsFront } from '../../../support/tls.ts';

let webex: WebexServer;
let front: TlsFront;
let proxy: ProxyServer;
let proxyPort: number;
/** What the proxy was asked to open, and by whom. */
let tunnels: { target: string; credentials: string | undefined }[] = [];
let allowed = true;

beforeAll(async () => {
  webex = await startWebex();
  front = await tlsFront(webex.url);
  proxy = createProxy(createServer());
  proxy.authenticate = (request) => {
    const [, encoded] = /^Basic (.+)$/.exec(request.headers['proxy-authorization'] ?? '') ?? [];
    tunnels.push({
      target: request.url ?? '',
      credentials: encoded && Buffer.from(encoded, 'base64').toString(),
    });
    return allowed;
  };
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  proxyPort = (proxy.address() as AddressInfo).port;
});
afterAll(async () => {
  proxy.close();
  proxy.closeAllConnections();
  await front.close();
  await webex.close();
});
beforeEach(() => {
  tunnels = [];
  allowed = true;
});

const integration = async (): Promise<Integration> => ({
  clientId: 'local-client',
  clientSecrets: [new Secret('local-secret')],
});
const api = (allowLocalProxies = true) =>
  webexApi(`${front.url}/v1`, integration, { now: Date.now }, { allowLocalProxies, certificateAuthority });
const refreshToken = () => new Secret(webex.control.grant({ orgId: acme }).refresh_token!);
const target = () => new URL(front.url).host;

describe("a customer's proxy", () => {
  it('carries the exchange through a tunnel, with the credentials of its URL', async () => {
    const proxies = { https: `http://user:p%40ss%3Aword@127.0.0.1:${proxyPort}` };
    const pair = await api().refresh({ refreshToken: refreshToken(), proxies });
    expect(pair.accessToken.reveal()).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(tunnels).toEqual([{ target: target(), credentials: 'user:p@ss:word' }]);
  });

  it('carries calls of the API too, over a tunnel that is kept open', async () => {
    const accessToken = new Secret(webex.control.grant({ orgId: acme }).access_token);
    const proxies = { http: `http://127.0.0.1:${proxyPort}` };
    const client = api();
    expect((await client.me({ accessToken, proxies })).orgId).toBe(acme);
    await client.me({ accessToken, proxies });
    expect(tunnels).toHaveLength(1);
  });

  it('is not used by a customer who names none', async () => {
    await api().refresh({ refreshToken: refreshToken() });
    expect(tunnels).toEqual([]);
  });

  it('is preferred by its scheme: the one for HTTPS where Webex is reached by HTTPS', async () => {
    const proxies = { http: 'http://127.0.0.1:1', https: `http://127.0.0.1:${proxyPort}` };
    await api().refresh({ refreshToken: refreshToken(), proxies });
    expect(tunnels).toHaveLength(1);
  });

  it('that refuses the tunnel is told apart from an outage of Webex, without its credentials', async () => {
    allowed = false;
    const proxies = { https: `http://user:pass-canary@127.0.0.1:${proxyPort}` };
    const failure = await api()
      .refresh({ refreshToken: refreshToken(), proxies })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'proxy_refused', detail: { cause: 'status 407' } });
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.detail])).not.toContain('pass-canary');
  });

  it('that is not there is an outage', async () => {
    const proxies = { https: 'http://127.0.0.1:1' };
    await expect(api().refresh({ refreshToken: refreshToken(), proxies })).rejects.toMatchObject({
      code: 'webex_unavailable',
      detail: { cause: 'ECONNREFUSED' },
    });
  });

  it('does not get to see what goes through it: a certificate that is not trusted ends the call', async () => {
    const untrusting = webexApi(`${front.url}/v1`, integration, { now: Date.now }, { allowLocalProxies: true });
    const proxies = { https: `http://127.0.0.1:${proxyPort}` };
    await expect(untrusting.refresh({ refreshToken: refreshToken(), proxies })).rejects.toMatchObject({
      code: 'webex_unavailable',
      detail: { cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });
});

describe('a proxy that leads back to us, in production', () => {
  it.each([
    'http://127.0.0.1:8080',
    'http://2130706433:8080',
    'http://0x7f.1',
    'http://localhost:3128',
    'http://LOCALHOST.:3128',
    'http://[::1]:8080',
    'http://[::ffff:127.0.0.1]:8080',
    'http://169.254.169.254',
    'http://[fd20:ce::254]',
    'http://[fe80::1]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://metadata.google.internal',
    'http://metadata',
    'http://0.0.0.0:8080',
    'socks5://proxy.example.com',
    'not a url',
  ])('%s is refused before anything is sent', async (https) => {
    await expect(api(false).refresh({ refreshToken: refreshToken(), proxies: { https } })).rejects.toMatchObject({
      code: 'proxy_refused',
    });
  });

  it('is refused by what its name resolves to, at the moment of the connection', async () => {
    const resolve = (name: string, all: boolean) =>
      new Promise((done) => lookupOutside(name, { all }, (error, address) => done(error?.code ?? address)));
    expect(await resolve('localhost', true)).toBe('EPROXYLOCAL');
    expect(await resolve('localhost', false)).toBe('EPROXYLOCAL');
    expect(await resolve('10.10.10.10', false)).toBe('10.10.10.10');
  });

  it('in a private range of the customer is none', async () => {
    for (const url of [
      'http://10.10.10.10:8123',
      'https://192.168.1.1',
      'http://proxy.example.com',
      'http://[fd00::1]',
    ])
      expect(proxyProblem(url, false)).toBeUndefined();
  });
});
