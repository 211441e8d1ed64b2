/** HTTPS in front of a local HTTP server, with a certificate for `localhost` that is worth nothing outside the tests. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const read = (name: string) => readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8');

/** What a client must trust. */
export const certificateAuthority = read('certificate.pem');

export interface TlsFront {
  url: string;
  close(): Promise<void>;
}

/** @param target the HTTP server, `http://127.0.0.1:PORT` */
export async function tlsFront(target: string): Promise<TlsFront> {
  const server = createServer({ key: read('key.pem'), cert: certificateAuthority }, (incoming, response) => {
    const { method = 'GET', headers, url = '/' } = incoming;
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
