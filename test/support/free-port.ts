/** Ports for servers that must know their port before they start. */

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to everything else, so that nothing takes one before its server does. */
const [lowest, count] = [15_000, 15_000];
let next = (process.pid * 97) % count;

/** A port of the loopback that nothing listens on; each process searches from another place. */
export async function freePort(): Promise<number> {
  while (true) {
    next = (next + 1) % count;
    const port = lowest + next;
    const server = createServer();
    const isFree = await Promise.race([
      once(server.listen(port, '127.0.0.1'), 'listening').then(() => true),
      new Promise<false>((resolve) => server.once('error', () => resolve(false))),
    ]).catch(() => false);
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
