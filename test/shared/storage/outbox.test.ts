import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../../shared/domain/event.ts';
import { day, hour, minute } from '../../../shared/domain/time.ts';
import { eventWrites, newEvents, publishEvents, sweepOutbox } from '../../../shared/storage/outbox.ts';
import { queueUnavailable } from '../../support/faulty.ts';
import { type TestPorts, testPorts } from '../../support/ports.ts';

let ports: TestPorts;
beforeEach(() => {
  ports = testPorts({ url: 'http://127.0.0.1:1' });
});
afterEach(() => ports.store.close());

async function commitEvents(count: number): Promise<CustomerEvent[]> {
  const events: CustomerEvent[] = [];
  for (let index = 0; index < count; index++) {
    events.push(...newEvents([{ type: 'connected' }], { customerId: `c${index}`, now: ports.clock.now() }));
    ports.clock.advance(1);
  }
  await ports.store.commit(events.flatMap((event) => eventWrites([event])));
  return events;
}
const published = () => ports.messages.map(({ data }) => data.id);
const refuse = (events: CustomerEvent[]) =>
  ports.queue.failNext('publish', queueUnavailable(), {
    times: 'always',
    when: (_, { data }) => events.some(({ id }) => id === (data as { id: string }).id),
  });

describe('the outbox', () => {
  it('is left alone while the request that committed the events publishes them', async () => {
    const events = await commitEvents(2);
    expect(await sweepOutbox(ports)).toBe(0);
    expect(await publishEvents(ports, events)).toBe(2);
    ports.clock.advance(hour);
    expect(await sweepOutbox(ports)).toBe(0);
  });

  it('publishes what a crash has left, oldest first', async () => {
    const events = await commitEvents(3);
    ports.clock.advance(2 * minute);
    expect(await sweepOutbox(ports)).toBe(3);
    expect(published()).toEqual(events.map(({ id }) => id));
  });

  it('publishes all other events although the queue refuses the oldest ten', async () => {
    const events = await commitEvents(20);
    refuse(events.slice(0, 10));
    for (let hours = 0; hours < 4; hours++) {
      ports.clock.advance(hour);
      await sweepOutbox(ports);
    }
    expect(new Set(published())).toEqual(new Set(events.slice(10).map(({ id }) => id)));
    ports.queue.heal();
    ports.clock.advance(day);
    await sweepOutbox(ports);
    expect(new Set(published())).toEqual(new Set(events.map(({ id }) => id)));
  });

  it('stops after five failures while the queue is down', async () => {
    const events = await commitEvents(20);
    refuse(events);
    ports.clock.advance(hour);
    await sweepOutbox(ports);
    expect(ports.lines.filter(({ event }) => event === 'event_not_published')).toHaveLength(5);
  });

  it('names the event that could not be published in the log', async () => {
    const [event] = await commitEvents(1);
    refuse([event!]);
    await publishEvents(ports, [event!]);
    expect(ports.lines).toEqual([
      expect.objectContaining({ event: 'event_not_published', eventId: event!.id, code: 'queue_unavailable' }),
    ]);
  });
});
