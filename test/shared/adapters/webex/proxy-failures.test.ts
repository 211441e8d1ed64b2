import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isOutage } from '../../../../shared/domain/failure.ts';
import { type ProxiedWebex, startProxiedWebex } from './proxied-webex.ts';

let webex: ProxiedWebex;

beforeAll(async () => {
  webex = await startProxiedWebex();
});
afterAll(() => webex.close());

describe('a proxy that does not work is named as the cause', () => {
  const failureOf = (https: string, client = webex.api()) =>
    client.refresh({ refreshToken: webex.refreshToken(), proxies: { https } }).catch((error) => error);

  /** A server that answers each connection so, and its port. */
  async function listen(onConnection: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => onConnection(socket.on('error', () => {})));
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
    const failure = await failureOf(`http://${webex.proxy}`, webex.api({ allowLocalProxies: true }));
    expect(failure).toMatchObject({
      code: 'proxy_refused',
      message: expect.stringContaining('inspects TLS'),
      detail: { cause: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  it('but a fault of Webex behind an open tunnel is not blamed on it', async () => {
    const accessToken = webex.accessToken();
    webex.control.faults({ fault: { drop: 'before' } });
    const proxies = { https: `http://${webex.proxy}` };
    await expect(webex.api().me({ accessToken, proxies })).rejects.toMatchObject({
      code: 'webex_unavailable',
      message: "Webex could not be reached through the customer's proxy.",
    });
  });
});
