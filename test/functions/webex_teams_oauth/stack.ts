/** Runs `webex_teams_oauth` on a real port with the framework's middleware, beside a stand-in that shares its clock. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { webexTeamsOauth } from '../../../functions/webex_teams_oauth/webex_teams_oauth.ts';
import { sampleClient, sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexOptions, type WebexServer } from '../../../local/webex/server.ts';
import { createConnectLink } from '../../../shared/connect/link.ts';
import { guardServer } from '../../../shared/http/request-guard.ts';
import { connectionPath, customerPath } from '../../../shared/storage/layout.ts';
import { frozenClock } from '../../support/clock.ts';
import { administrator, type TestPorts, testPorts } from '../../support/ports.ts';

export const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];

export interface Stack {
  /** The public address of the function, below a name as on cloudfunctions.net. */
  url: string;
  ports: TestPorts;
  webex: WebexServer;
  /** Answers a request, whichever host it came to. */
  serve: RequestListener;
  /** Creates the two documents of a new customer. @returns its id */
  customer(change?: { name?: string; accountNumber?: string }): Promise<string>;
  /** Creates a connect link for the customer. */
  link(customerId: string): Promise<string>;
  close(): Promise<void>;
}

/** @param settings replace those of a test's ports */
export async function startStack(
  options: WebexOptions = {},
  settings: Partial<TestPorts['settings']> = {},
): Promise<Stack> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}/webex_teams_oauth`;
  const clock = frozenClock();
  const clients = [{ ...sampleClient, redirectUris: [`${url}/callback`] }];
  const webex = await startWebex({ now: clock.now, clients, ...options });
  const ports = testPorts(webex, { clock });
  ports.settings = { ...ports.settings, oauthUrl: url, portalName: 'VOSS4UC', ...settings };
  http('webex_teams_oauth', webexTeamsOauth(ports));
  const target = getTestServer('webex_teams_oauth');
  guardServer(target, ports.log);
  const serve: RequestListener = (request, response) => {
    const rest = request.url!.startsWith('/webex_teams_oauth') ? request.url!.slice('/webex_teams_oauth'.length) : '';
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    target.emit('request', request, response);
  };
  server.on('request', serve);
  return {
    url,
    ports,
    webex,
    serve,
    async customer({ name = acme.name, accountNumber = acme.id } = {}) {
      const id = randomUUID();
      const now = clock.now();
      const hierarchy = 'sys.provider';
      const customer = { id, hierarchy, name, accountNumber, shadow: [], createdAt: now, updatedAt: now };
      const connection = {
        customerId: id,
        ancestors: ['sys', hierarchy],
        nameKey: name,
        state: 'absent',
        failures: 0,
        epoch: 0,
      };
      await ports.store.commit([
        { set: customerPath(id), data: customer, if: 'absent' },
        { set: connectionPath(id), data: connection, if: 'absent' },
      ]);
      return id;
    },
    link: async (customerId) => (await createConnectLink(ports, customerId, administrator.id)).url,
    async close() {
      server.close();
      server.closeAllConnections();
      await webex.close();
      await ports.store.close();
    },
  };
}
