/** Walks over all connections and changes them one by one, without asking Webex. */

import type { Connection } from '../domain/connection.ts';
import type { Ports, Store, Stored } from '../ports.ts';
import { connections } from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';

/** All connections, in the order of their ids. */
export function everyConnection(store: Store): AsyncGenerator<Stored<Connection>, void> {
  return everyDocument<Connection>(store, { collection: connections });
}

/**
 * Changes one connection under its version, so a concurrent refresh is never overwritten.
 * @returns whether anything changed
 * @throws Failure what `decide` and the store throw
 */
export async function changeConnection(
  ports: Ports,
  path: string,
  decide: (connection: Connection) => Promise<Connection>,
): Promise<boolean> {
  return transact(ports, async () => {
    const read = await ports.store.get<Connection>(path);
    const data = read && (await decide(read.data));
    if (!read || data === read.data) return { writes: [], result: false };
    return { writes: [{ set: path, data: data!, if: { version: read.version } }], result: true };
  });
}
