/** The stand-in for Webex over TLS, and a proxy in front of it. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { createProxy } from 'proxy';
import { startWebex } from '../../../../local/webex/server.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import type { HttpOptions } from '../../../../shared/adapters/webex/http.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
import type { Webex } from '../../../../shared/ports.ts';
import { acme } from '../../../local/webex/fixture.ts';
import { certificateAuthority, tlsFront } from '../../../support/tls.ts';

export async function startProxiedWebex() {
  const webex = await startWebex();
  const front = await tlsFront(webex.url);
  const state = {
    /** What the proxy was asked to open, and with which credentials. */
    tunnels: [] as { target: string; credentials: string | undefined }[],
    /** Whether the proxy accepts the credentials. */
    allowed: true,
  };
  const proxy = createProxy(createServer());
  proxy.authenticate = (request) => {
    const [, encoded] = /^Basic (.+)$/.exec(request.headers['proxy-authorization'] ?? '') ?? [];
    const credentials = encoded && Buffer.from(encoded, 'base64').toString();
    state.tunnels.push({ target: request.url ?? '', credentials });
    return state.allowed;
  };
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;

  return {
    ...webex,
    state,
    /** `host:port` of the proxy. */
    proxy: `127.0.0.1:${port}`,
    target: new URL(front.url).host,
    /** The port, over HTTPS. */
    api(options: HttpOptions = { allowLocalProxies: true, certificateAuthority }): Webex {
      const integration = { clientId: 'local-client', clientSecrets: [new Secret('local-secret')] };
      return webexApi(`${front.url}/v1`, async () => integration, { now: Date.now }, options);
    },
    accessToken: () => new Secret(webex.control.grant({ orgId: acme }).access_token),
    refreshToken: () => new Secret(webex.control.grant({ orgId: acme }).refresh_token!),
    /** Another way to the same proxy, over IPv6. */
    async listenOnIpv6() {
      const server = createTcpServer((socket) => {
        const onward = connect(port, '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        for (const end of [socket, onward]) end.on('error', () => {});
      });
      server.listen(0, '::1');
      await once(server, 'listening');
      return { host: `[::1]:${(server.address() as AddressInfo).port}`, close: () => server.close() };
    },
    async close() {
      proxy.close();
      proxy.closeAllConnections();
      await front.close();
      await webex.close();
    },
  };
}

export type ProxiedWebex = Awaited<ReturnType<typeof startProxiedWebex>>;
