/** An HTTP endpoint that takes pushes, records them and answers as the test says. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export interface Push {
  path: string;
  at: number;
  body: {
    message: { data: string; attributes?: Record<string, string>; messageId: string; publishTime: string };
    subscription: string;
    deliveryAttempt?: number;
  };
}

export interface Endpoint {
  url: string;
  server: Server;
  pushes: Push[];
  /** What to answer to a push; 204 by default. */
  answer: (push: Push) => number | Promise<number>;
  close(): void;
}

export async function pushEndpoint(): Promise<Endpoint> {
  const pushes: Push[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const push = { path: String(request.url), at: Date.now(), body: JSON.parse(text) };
    pushes.push(push);
    response.writeHead(await endpoint.answer(push)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    server,
    pushes,
    answer: () => 204,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return endpoint;
}

export const dataOf = (push: Push) => JSON.parse(Buffer.from(push.body.message.data, 'base64').toString());
