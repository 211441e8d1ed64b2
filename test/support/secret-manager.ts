/** A stand-in for Secret Manager over REST: reading the newest version and adding one, in memory. */

import { once } from 'node:events';
import { createServer } from 'node:http';

export interface SecretManager {
  /** `host:port` */
  host: string;
  /** Versions by resource name (`projects/P/secrets/N`), oldest first. An absent name is a secret that does not exist. */
  secrets: Map<string, string[]>;
  /** What to answer instead, e.g. 503. */
  failWith?: number;
  close(): Promise<void>;
}

export async function startSecretManager(): Promise<SecretManager> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const fail = (code: number, status: string) =>
      answer(code, { error: { code, status, message: `It is ${status}.` } });
    let text = '';
    for await (const chunk of request) text += chunk;
    const path = decodeURIComponent(new URL(String(request.url), 'http://localhost').pathname);
    const [, name = '', action] = /^\/v1\/(projects\/[^/]+\/secrets\/[^/:]+)(.*)$/.exec(path) ?? [];
    const versions = self.secrets.get(name);
    if (self.failWith) return fail(self.failWith, 'UNAVAILABLE');
    if (request.method === 'GET' && action === '/versions/latest:access' && versions?.length) {
      const data = Buffer.from(String(versions.at(-1))).toString('base64');
      return answer(200, { name: `${name}/versions/${versions.length}`, payload: { data } });
    }
    if (request.method === 'POST' && action === ':addVersion' && versions) {
      versions.push(Buffer.from(JSON.parse(text).payload.data, 'base64').toString());
      return answer(200, { name: `${name}/versions/${versions.length}`, state: 'ENABLED' });
    }
    return fail(404, 'NOT_FOUND');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const self: SecretManager = {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    secrets: new Map(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return self;
}
