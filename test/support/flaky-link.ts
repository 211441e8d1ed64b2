/** A TCP link to a server, which a test can make lose answers or stay silent. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A server has done its work by then, and its answer is on its way. */
const workMs = 300;

export interface FlakyLink {
  /** `host:port` to connect to instead of the server. */
  host: string;
  /** Lets the next `count` requests through, then cuts the connection instead of passing on the answer. */
  loseAnswers(count: number): void;
  close(): Promise<void>;
}

/** Without a `target` it takes every connection and never answers. */
export async function flakyLink(target?: string): Promise<FlakyLink> {
  let toLose = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (target === undefined) {
      client.resume();
      return;
    }
    const { hostname, port } = new URL(`http://${target}`);
    const upstream = connect(Number(port), hostname);
    keep(upstream);
    let losing = false;
    client.on('data', (chunk) => {
      upstream.write(chunk);
      // Smaller chunks are HTTP/2's own acknowledgements.
      if (toLose === 0 || losing || chunk.length < 100) return;
      toLose--;
      losing = true;
      setTimeout(() => client.destroy(), workMs);
    });
    upstream.on('data', (chunk) => {
      if (!losing) client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    loseAnswers: (count) => {
      toLose = count;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
