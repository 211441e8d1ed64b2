/** Warns of every connection whose time left has crossed a mark, whether or not it could be refreshed meanwhile. */

import type { Connection } from '../domain/connection.ts';
import { codeOf } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { afterWarning } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { connections } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { everyDocument } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';

/** @returns how many warnings were recorded */
export async function warnExpiring(
  ports: Ports,
  { concurrency, goesOn }: { concurrency: number; goesOn: () => boolean },
): Promise<number> {
  const { store, clock, log } = ports;
  let warnings = 0;

  async function warn({ path, data: { customerId } }: Stored<Connection>): Promise<void> {
    try {
      const events = await transact(ports, async () => {
        const read = await store.get<Connection>(path);
        const decided = read ? afterWarning(read.data, clock.now()) : undefined;
        if (!read || !decided?.events.length) return { writes: [], result: [] };
        const events = newEvents(decided.events, { customerId, now: clock.now() });
        const change = { set: path, data: decided.connection, if: { version: read.version } };
        return { writes: [change], events, result: events };
      });
      for (const { facts } of events) log.warn('connection_expiring', { customer: customerId, ...facts });
      warnings += events.length;
    } catch (error) {
      log.error('warning_error', { customer: customerId, code: codeOf(error) });
    }
  }
  const range = { field: 'nextWarningAt', before: clock.now() + 1 };
  const orderBy = { field: 'nextWarningAt', direction: 'ascending' } as const;
  const crossed = everyDocument<Connection>(store, { collection: connections, range, orderBy });
  await forEachConcurrently(crossed, { concurrency, goesOn }, warn);
  return warnings;
}
