/**
 * The world in which the refresh is killed: a fleet in a store on disk, and its grants at the stand-in. It counts lost
 * connections.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { joseSealer, keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import type { Sealer, Store, Stored } from '../../shared/ports.ts';
import { connections, eventsOf, outbox, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { connect, members, organize, sealedGrant } from './fleet.ts';
import { memorySecrets } from './ports.ts';
import type { Place } from './refresh-orders.ts';

const fleet = members(100);

export async function startRefreshWorld(rotation: 'keep' | 'rotate'): Promise<RefreshWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-refresh-'));
  const webex = await startWebex({ organizations: [], rotation });
  // The process under test reads the organization from the access token, to measure how long it holds a new pair.
  webex.control.settings({ tokenForm: 'marked' });
  const keyring = { keys: [newSealingKey('test-1')] };
  const sqliteFile = join(folder, 'store.db');
  const store = sqliteStore({ file: sqliteFile });
  const sealer = joseSealer(memorySecrets({ [keyringName]: keyring }), { now: Date.now });
  organize(webex.control, fleet);
  await connect({ store, sealer }, webex.control, fleet, Date.now());
  return new RefreshWorld({ sqliteFile, webexUrl: webex.url, keyring }, webex, store, sealer, folder);
}

export class RefreshWorld {
  readonly place: Place;
  /** How far the world's clock is ahead of the machine's. */
  offsetMs = 0;
  readonly #webex: WebexServer;
  readonly #store: Store;
  readonly #sealer: Sealer;
  readonly #folder: string;

  constructor(place: Place, webex: WebexServer, store: Store, sealer: Sealer, folder: string) {
    this.place = place;
    this.#webex = webex;
    this.#store = store;
    this.#sealer = sealer;
    this.#folder = folder;
  }

  /** Lets `ms` pass, for Webex too. */
  advance(ms: number): void {
    this.offsetMs += ms;
    this.#webex.control.clock({ advanceMs: ms });
  }

  slowWebex(latencyMs: number): void {
    this.#webex.control.settings({ latencyMs });
  }

  /** A loss may only be where the killed process held the lease; the customer is then connected anew. */
  async countLosses(): Promise<{ isMidway: boolean; lost: number }> {
    const leased = (await this.#all()).filter(({ data }) => data.lease && data.lease.endsAt > this.#now());
    let lost = 0;
    for (const read of leased) {
      if (await this.#isAlive(read.data)) continue;
      lost += 1;
      await this.#reconnect(read);
    }
    return { isMidway: leased.length > 0, lost };
  }

  /** Makes every connection degraded and due, so that its next refresh writes an event. */
  async degradeAll(): Promise<void> {
    const writes = (await this.#all()).map(({ path, data, version }) => {
      return { set: path, data: { ...data, state: 'degraded', failures: 1, nextRefreshAt: 0 }, if: { version } };
    });
    await this.#store.commit(writes);
  }

  /** Every customer is connected, every committed event has been published at least once, and the outbox is empty. */
  async assertRecovered(published: string[]): Promise<void> {
    for (const { data } of await this.#all()) {
      if (data.state !== 'active' || !(await this.#isAlive(data)))
        throw new Error(`${data.customerId} did not come back: ${data.state}.`);
    }
    for (const { customerId } of fleet) {
      const events = await this.#store.query<{ id: string; type: string }>({
        collection: eventsOf(customerId),
        limit: 500,
      });
      for (const { data } of events) {
        if (data.type === 'recovered' && !published.includes(data.id))
          throw new Error(`${data.id} was never published.`);
      }
    }
    if ((await this.#store.query({ collection: outbox, limit: 1 })).length > 0)
      throw new Error('The outbox is not empty.');
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#webex.close();
    await rm(this.#folder, { recursive: true });
  }

  #now(): number {
    return Date.now() + this.offsetMs;
  }

  #all(): Promise<Stored<Connection>[]> {
    return this.#store.query<Connection>({ collection: connections, limit: fleet.length });
  }

  async #isAlive({ customerId, grant }: Connection): Promise<boolean> {
    const refreshToken = await this.#sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(customerId));
    return this.#webex.control.isAlive(refreshToken.reveal());
  }

  async #reconnect(read: Stored<Connection>): Promise<void> {
    const { customerId } = read.data;
    const now = this.#now();
    const { orgId } = fleet.find((member) => member.customerId === customerId)!;
    const serial = read.data.grant!.serial + 1;
    const pair = this.#webex.control.grant({ orgId });
    const grant = await sealedGrant(this.#sealer, customerId, pair, { serial, now });
    // Due at once, so that the fleet stays as busy as it was.
    const data = { ...withGrant(read.data, grant, now), nextRefreshAt: now };
    await this.#store.commit([{ set: read.path, data, if: { version: read.version } }]);
  }
}
