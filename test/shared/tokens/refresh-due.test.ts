/** One run over the due connections: its time, its pages, and the events that a crash has left. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebexServer } from '../../../local/webex/server.ts';
import { day } from '../../../shared/domain/time.ts';
import { outbox } from '../../../shared/storage/layout.ts';
import { type CustodyWorld, startCustodyWorld } from '../../support/custody-world.ts';
import { queueUnavailable } from '../../support/faulty.ts';
import { members, organize } from '../../support/fleet.ts';
import type { TestPorts } from '../../support/ports.ts';

let world: CustodyWorld;
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  world = await startCustodyWorld();
  ({ webex, ports } = world);
});
afterEach(() => world.close());

describe('a run', () => {
  it('starts nothing new once its time is up, and the next run continues', async () => {
    ports.clock.advance(7 * day);
    expect(await world.run({ endsAt: ports.clock.now() })).toMatchObject({ ended: 'out_of_time', outcomes: {} });
    expect(await world.run()).toMatchObject({ ended: 'done', outcomes: { refreshed: 3 } });
  });

  it('starts nothing new after SIGTERM', async () => {
    ports.clock.advance(7 * day);
    expect(await world.run({ signal: AbortSignal.abort() })).toMatchObject({ ended: 'out_of_time', outcomes: {} });
  });

  it('goes through any number of pages, each connection once', async () => {
    const many = members(700);
    organize(webex.control, many.slice(3));
    await world.connect(many.slice(3));
    ports.clock.advance(7 * day);
    expect((await world.run()).outcomes).toEqual({ refreshed: 700 });
  });

  it('publishes the events that a crash has left in the outbox', async () => {
    const at = ports.clock.now();
    const event = { id: `${at.toString(36)}-a`, customerId: world.customer, at, type: 'degraded' };
    await ports.store.commit([{ set: `${outbox}/${event.id}`, data: event }]);
    expect((await world.run()).published).toBe(0);
    ports.clock.advance(60_000);
    expect((await world.run()).published).toBe(1);
    expect(ports.messages.map(({ data }) => data.id)).toEqual([event.id]);
    expect((await world.run()).published).toBe(0);
  });

  it('leaves the outbox for later while the queue is unavailable', async () => {
    let asked = 0;
    ports.queue.beforeNext(
      'publish',
      () => {
        asked += 1;
        throw queueUnavailable();
      },
      { times: 'always' },
    );
    for (let index = 0; index < 20; index++) {
      const id = `00000000${index.toString(36)}-a`;
      await ports.store.commit([
        { set: `${outbox}/${id}`, data: { id, customerId: world.customer, at: 1, type: 'degraded' } },
      ]);
    }
    expect((await world.run()).published).toBe(0);
    expect(asked).toBe(5);
    ports.queue.heal();
    ports.clock.advance(day);
    expect((await world.run()).published).toBe(20);
  });
});
