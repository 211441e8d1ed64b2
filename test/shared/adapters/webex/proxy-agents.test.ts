import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lookupPublicAddress } from '../../../../shared/adapters/webex/proxy-agents.ts';
import { proxyProblem } from '../../../../shared/domain/proxy.ts';
import { acme } from '../../../local/webex/fixture.ts';
import { type ProxiedWebex, startProxiedWebex } from './proxied-webex.ts';

let webex: ProxiedWebex;

beforeAll(async () => {
  webex = await startProxiedWebex();
});
afterAll(() => webex.close());
beforeEach(() => {
  webex.state.tunnels = [];
  webex.state.allowed = true;
});

describe("a customer's proxy", () => {
  it('is reached at an IPv6 address', async () => {
    const { host, close } = await webex.listenOnIpv6();
    onTestFinished(() => void close());
    await webex.api().refresh({ refreshToken: webex.refreshToken(), proxies: { https: `http://${host}` } });
    expect(webex.state.tunnels).toEqual([{ target: webex.target, credentials: undefined }]);
  });

  it('carries the exchange through a tunnel, with the credentials of its URL', async () => {
    const proxies = { https: `http://user:p%40ss%3Aword@${webex.proxy}` };
    const pair = await webex.api().refresh({ refreshToken: webex.refreshToken(), proxies });
    expect(pair.accessToken.reveal()).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(webex.state.tunnels).toEqual([{ target: webex.target, credentials: 'user:p@ss:word' }]);
  });

  it('carries calls of the API too, over a tunnel that stays open', async () => {
    const accessToken = webex.accessToken();
    const proxies = { http: `http://${webex.proxy}` };
    const client = webex.api();
    expect((await client.me({ accessToken, proxies })).orgId).toBe(acme);
    await client.me({ accessToken, proxies });
    expect(webex.state.tunnels).toHaveLength(1);
  });

  it('is not used by a customer who names none', async () => {
    await webex.api().refresh({ refreshToken: webex.refreshToken() });
    expect(webex.state.tunnels).toEqual([]);
  });

  it('is preferred by its scheme: the one for HTTPS where Webex is reached by HTTPS', async () => {
    const proxies = { http: 'http://127.0.0.1:1', https: `http://${webex.proxy}` };
    await webex.api().refresh({ refreshToken: webex.refreshToken(), proxies });
    expect(webex.state.tunnels).toHaveLength(1);
  });

  it('that refuses the tunnel is distinguished from an outage of Webex, without its credentials', async () => {
    webex.state.allowed = false;
    const proxies = { https: `http://user:pass-canary@${webex.proxy}` };
    const failure = await webex
      .api()
      .refresh({ refreshToken: webex.refreshToken(), proxies })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'proxy_refused', detail: { cause: 'status 407' } });
    expect(JSON.stringify([failure, failure.message, failure.stack, failure.detail])).not.toContain('pass-canary');
  });

  it.each([
    ['password with a percent sign', () => `http://svc:50%off@${webex.proxy}`, 'svc:50%off'],
    ['password with both kinds of percent signs', () => `http://svc:a%40b%zz%@${webex.proxy}`, 'svc:a@b%zz%'],
    ['user name and password beyond ASCII', () => `http://jürgen:größe@${webex.proxy}`, 'jürgen:größe'],
    ['user name alone', () => `http://svc@${webex.proxy}`, 'svc:'],
  ])('is reached with an %s', async (_what, url, credentials) => {
    await webex.api().refresh({ refreshToken: webex.refreshToken(), proxies: { https: url() } });
    expect(webex.state.tunnels).toEqual([{ target: webex.target, credentials }]);
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
    await expect(
      webex.api({ allowLocalProxies: false }).refresh({ refreshToken: webex.refreshToken(), proxies: { https } }),
    ).rejects.toMatchObject({
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

  it('in a private range of the customer is allowed', async () => {
    for (const url of [
      'http://10.10.10.10:8123',
      'https://192.168.1.1',
      'http://proxy.example.com',
      'http://[fd00::1]',
    ])
      expect(proxyProblem(url, false)).toBeUndefined();
  });
});
