import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createProxy, type ProxyServer } from 'proxy';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startWebex, type WebexServer } from '../../../../local/webex/server.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import { lookupPublicAddress } from '../../../../shared/adapters/webex/proxy-agents.ts';
import { isOutage } from '../../../../shared/domain/failure.ts';
import { proxyProblem } from '../../../../shared/domain/proxy.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
import type { Integration } from '../../../../shared/ports.ts';
import { acme } from '../../../local/webex/fixture.ts';
import { certificateAuthority, type TlsFront, tlsFront } from '../../../support/tls.ts';

let webex: WebexServer;
let front: TlsFront;
let proxy: ProxyServer;
let proxyPort: number;
/** A way to the same proxy over IPv6. */
let ipv6: Server;
let ipv6Port: number;
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
  ipv6 = createTcpServer((socket) => {
    const onward = connect(proxyPort, '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on('error', () => {});
  });
  ipv6.listen(0, '::1');
  await once(ipv6, 'listening');
  ipv6Port = (ipv6.address() as AddressInfo).port;
});
afterAll(async () => {
  ipv6.close();
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

  it.each([
    ['IPv6 address', () => `http://[::1]:${ipv6Port}`, undefined],
    ['password with a percent sign', () => `http://svc:50%off@127.0.0.1:${proxyPort}`, 'svc:50%off'],
    ['password with both kinds of percent signs', () => `http://svc:a%40b%zz%@127.0.0.1:${proxyPort}`, 'svc:a@b%zz%'],
    ['user name and password beyond ASCII', () => `http://jürgen:größe@127.0.0.1:${proxyPort}`, 'jürgen:größe'],
    ['user name alone', () => `http://svc@127.0.0.1:${proxyPort}`, 'svc:'],
  ])('is reached with an %s', async (_what, url, credentials) => {
    await api().refresh({ refreshToken: refreshToken(), proxies: { https: url() } });
    expect(tunnels).toEqual([{ target: target(), credentials }]);
  });
});

describe('a proxy that does not work is named as the cause', () => {
  const failureOf = (https: string, client = api()) =>
    client.refresh({ refreshToken: refreshToken(), proxies: { https } }).catch((error) => error);

  /** A server that answers each connection so, and its port. */
  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createTcpServer((socket) => onConnection(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const answer = (text: string) => (socket: Socket) => void socket.once('data', () => socket.end(text));

  it('does not exist', async () => {
    expect(await failureOf('http://user:pass-canary@no-such-host.invalid:8123')).toMatchObject({
      code: 'proxy_refused',
      message: expect.stringMatching(
        /^The customer's proxy no-such-host\.invalid:8123 (does not exist|cannot be found)/,
      ),
    });
  });

  it.each<[string, () => Promise<string>, string, object]>([
    ['nothing listens', async () => 'http://127.0.0.1:1', 'refuses connections', { temporary: true }],
    [
      'it closes the connection',
      async () => `http://${await listen((socket) => socket.destroy())}`,
      'closes the connection',
      { temporary: true },
    ],
    [
      'it answers 407 with HTML',
      async () =>
        `http://${await listen(answer('HTTP/1.1 407 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>'))}`,
      'requires a user name and password',
      { cause: 'status 407' },
    ],
    [
      'it answers 403',
      async () => `http://${await listen(answer('HTTP/1.1 403 No\r\n\r\n'))}`,
      'does not allow connections to Webex (status 403)',
      {},
    ],
    [
      'it answers 502',
      async () => `http://${await listen(answer('HTTP/1.1 502 No\r\n\r\n'))}`,
      'cannot reach Webex (status 502)',
      { temporary: true },
    ],
    [
      'it is no HTTP proxy',
      async () => `http://${await listen(answer('220 mail.example ESMTP\r\n'))}`,
      'does not answer as an HTTP proxy',
      {},
    ],
    [
      'it is an HTTP one, and the URL says HTTPS',
      async () => `https://${await listen(answer('HTTP/1.1 400 No\r\n\r\n'))}`,
      'write http://',
      {},
    ],
    [
      'it opens the tunnel and answers by itself',
      async () =>
        `http://${await listen((socket) => {
          socket.once('data', () => {
            socket.write('HTTP/1.1 200 OK\r\n\r\n');
            socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
          });
        })}`,
      'lets no TLS connection to Webex pass',
      {},
    ],
  ])('%s', async (_what, url, words, detail) => {
    const proxy = (await url()).replace('://', '://user:pass-canary@');
    const failure = await failureOf(proxy);
    expect(failure).toMatchObject({ code: 'proxy_refused', detail });
    expect(failure.message).toContain(words);
    expect(failure.message).toContain(new URL(proxy).host);
    expect(isOutage(failure)).toBe('temporary' in detail);
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.detail])).not.toContain('pass-canary');
  });

  it('inspects TLS: its certificate is not trusted, so it never sees what goes through it', async () => {
    const untrusting = webexApi(`${front.url}/v1`, integration, { now: Date.now }, { allowLocalProxies: true });
    const failure = await failureOf(`http://127.0.0.1:${proxyPort}`, untrusting);
    expect(failure).toMatchObject({
      code: 'proxy_refused',
      message: expect.stringContaining('inspects TLS'),
      detail: { cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('but a fault of Webex behind an open tunnel is not blamed on it', async () => {
    const accessToken = new Secret(webex.control.grant({ orgId: acme }).access_token);
    webex.control.faults({ fault: { drop: 'before' } });
    const proxies = { https: `http://127.0.0.1:${proxyPort}` };
    await expect(api().me({ accessToken, proxies })).rejects.toMatchObject({
      code: 'webex_unavailable',
      message: "Webex could not be reached through the customer's proxy.",
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
      new Promise((done) => lookupPublicAddress(name, { all }, (error, address) => done(error?.code ?? address)));
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
