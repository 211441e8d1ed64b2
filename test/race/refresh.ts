/** Eight processes find the same 200 customers due at once: no refresh token may be exchanged twice at a time. */

import { expect } from 'vitest';
import { startWebex } from '../../local/webex/server.ts';
import { joseSealer, keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { dueAt } from '../../shared/domain/refresh-schedule.ts';
import { day } from '../../shared/domain/time.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { connections } from '../../shared/storage/layout.ts';
import { connect, members, organize } from '../support/fleet.ts';
import { memorySecrets } from '../support/ports.ts';
import type { Place } from '../support/refresh-orders.ts';
import { startRefresher } from '../support/refresher.ts';

const processes = 8;
const fleet = members(200);
const rounds = 3;
const roundMs = 15 * 60_000;

const orgOf = ({ customerId }: Connection) => fleet.find((member) => member.customerId === customerId)!.orgId;
const isRenewed = ({ data }: Stored<Connection>) => data.grant!.serial >= 2;

/** @param place where the store is for the processes; `store` is the same for this one */
export async function race(store: Store, place: Pick<Place, 'sqliteFile' | 'firestore'>) {
  // Rotating: an exchange that overlaps another would be refused, and would cost the customer its connection.
  const webex = await startWebex({ organizations: [], rotation: 'rotate', latencyMs: 20 });
  const keyring = { keys: [newSealingKey('test-1')] };
  const sealer = joseSealer(memorySecrets({ [keyringName]: keyring }), { now: Date.now });
  organize(webex.control, fleet);
  const startedAt = Date.now();
  await connect({ store, sealer }, webex.control, fleet, Date.now(), (connection) => ({
    ...connection,
    nextRefreshAt: Date.now(),
  }));
  const refreshers = Array.from({ length: processes }, () => {
    return startRefresher({ ...place, webexUrl: webex.url, keyring });
  });
  await Promise.all(refreshers.map(({ ready }) => ready));
  // On a busy machine a commit or a connection may time out: such a customer is due again a while later.
  let stored: Stored<Connection>[] = [];
  for (let round = 0; round < rounds && !(round > 0 && stored.every(isRenewed)); round++) {
    const order = { offsetMs: round * roundMs, concurrency: 10 };
    await Promise.all(refreshers.map((refresher) => refresher.run(order)));
    stored = await store.query<Connection>({ collection: connections, limit: fleet.length + 1 });
  }
  await Promise.all(refreshers.map((refresher) => refresher.end()));
  const endedAt = Date.now() + rounds * roundMs;

  const { grants } = webex.control.stats();
  await webex.close();
  expect(stored).toHaveLength(fleet.length);
  for (const { data } of stored) {
    expect(data).toMatchObject({ state: 'active', failures: 0 });
    expect(data).not.toHaveProperty('lease');
    // What Webex has renewed is stored, each time.
    const completed = data.grant!.serial - 1;
    expect(grants[orgOf(data)]).toMatchObject({ completed, maxOverlap: 1 });
  }
  // A second time only where the grid of the week has a place of its own in the minutes that the rounds span.
  const twice = stored.filter(({ data }) => data.grant!.serial > 2);
  const first = {
    refreshedAt: startedAt,
    accessExpiresAt: startedAt + 14 * day,
    refreshExpiresAt: startedAt + 90 * day,
  };
  for (const { data } of twice) expect(dueAt(data.customerId, first)).toBeLessThan(endedAt);
}
