/** The contract of the queue port: what is published reaches an HTTP endpoint, at least once, until it is acknowledged. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { createTopic, pull } from '../../local/pubsub-emulator.ts';
import { pubsubQueue } from '../../shared/adapters/google/pubsub-queue.ts';
import { localQueue } from '../../shared/adapters/local/sqlite-queue.ts';
import type { Queue } from '../../shared/ports.ts';
import { dataOf, type Endpoint, type Push, pushEndpoint } from './push-endpoint.ts';

const emulators = inject('emulators');
const settings = { minBackoffMs: 100, maxBackoffMs: 200, maxAttempts: 5 };

interface Opened {
  queue: Queue;
  deadLetters(): Promise<unknown[]>;
  close(): Promise<void>;
}

const engines = [
  {
    name: 'the local queue',
    missing: false,
    async open(endpoint: string): Promise<Opened> {
      const endpoints = { work: `${endpoint}/projects/local/topics/work` };
      const queue = localQueue({ file: ':memory:', endpoints, ...settings });
      return { queue, close: queue.close, deadLetters: async () => queue.deadLetters().map(({ data }) => data) };
    },
  },
  {
    name: 'Pub/Sub',
    missing: !emulators,
    async open(endpoint: string): Promise<Opened> {
      const emulatorHost = String(emulators?.pubsubHost);
      const projectId = `test-${randomUUID()}`;
      await createTopic(emulatorHost, projectId, 'work', endpoint, settings);
      const queue = pubsubQueue({ projectId, emulatorHost });
      return { queue, close: queue.close, deadLetters: () => pull(emulatorHost, projectId, 'work-dead') };
    },
  },
];

/** The emulator takes two seconds between attempts, whatever the subscription says. */
const soon = { timeout: 25_000 };

describe.for(engines)('$name', ({ missing, open }) => {
  describe.skipIf(missing)('keeps the contract', () => {
    let endpoint: Endpoint;
    let opened: Opened;

    beforeEach(async () => {
      endpoint = await pushEndpoint();
      opened = await open(endpoint.url);
    });
    afterEach(async () => {
      await opened.close();
      endpoint.close();
    });

    test('pushes a message to the endpoint in the form of Pub/Sub, once when it is acknowledged', async () => {
      const data = { customerId: 'äöü 漢字', nested: [{ n: 1 }], empty: '' };
      const publishedAt = Date.now();
      await opened.queue.publish('work', { data, attributes: { kind: 'sync', 'ce-id': 'ü' } });
      await vi.waitFor(() => expect(endpoint.pushes).toHaveLength(1), soon);
      await new Promise((resolve) => setTimeout(resolve, 700));
      const [push] = endpoint.pushes as [Push];
      expect(endpoint.pushes).toHaveLength(1);
      expect(dataOf(push)).toEqual(data);
      expect(push.path).toMatch(/^\/projects\/[^/]+\/topics\/work$/);
      expect(push.body.message.attributes).toMatchObject({ kind: 'sync', 'ce-id': 'ü' });
      expect(push.body.message.messageId).toMatch(/./);
      const publishTime = Date.parse(push.body.message.publishTime);
      expect(publishTime).toBeGreaterThanOrEqual(publishedAt - 1);
      expect(publishTime).toBeLessThanOrEqual(push.at + 1);
      expect(push.body.subscription).toMatch(/^projects\/[^/]+\/subscriptions\/work$/);
    });

    test('delivers again, as the same message, until the endpoint succeeds', async () => {
      const answers = [500, 429, 204];
      endpoint.answer = () => answers[endpoint.pushes.length - 1] ?? 204;
      await opened.queue.publish('work', { data: { n: 1 } });
      await vi.waitFor(() => expect(endpoint.pushes).toHaveLength(3), soon);
      expect(new Set(endpoint.pushes.map(({ body }) => body.message.messageId)).size).toBe(1);
      expect(endpoint.pushes.map(dataOf)).toEqual(Array(3).fill({ n: 1 }));
    });

    test('delivers to an endpoint that was unavailable', async () => {
      const { port } = endpoint.server.address() as { port: number };
      endpoint.server.close();
      await once(endpoint.server, 'close');
      await opened.queue.publish('work', { data: { n: 1 } });
      await new Promise((resolve) => setTimeout(resolve, 150));
      endpoint.server.listen(port, '127.0.0.1');
      await vi.waitFor(() => expect(endpoint.pushes.map(dataOf)).toEqual([{ n: 1 }]), soon);
    });

    test('delivers several messages at the same time', async () => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      endpoint.answer = async () => {
        await released;
        return 204;
      };
      await Promise.all([1, 2].map((n) => opened.queue.publish('work', { data: { n } })));
      await vi.waitFor(() => expect(endpoint.pushes).toHaveLength(2), soon);
      release();
    });

    test('delivers each of 50 messages', async () => {
      const numbers = Array.from({ length: 50 }, (_, n) => n);
      await Promise.all(numbers.map((n) => opened.queue.publish('work', { data: { n } })));
      await vi.waitFor(() => {
        expect(new Set(endpoint.pushes.map((push) => dataOf(push).n))).toEqual(new Set(numbers));
      }, soon);
    });

    test('moves a message that has failed too often to the dead letters, and continues with the others', async () => {
      endpoint.answer = (push) => (dataOf(push).poison ? 500 : 204);
      await opened.queue.publish('work', { data: { poison: true } });
      await opened.queue.publish('work', { data: { n: 1 } });
      await vi.waitFor(async () => expect(await opened.deadLetters()).toEqual([{ poison: true }]), soon);
      const seen = endpoint.pushes.map(dataOf);
      expect(seen.filter(({ poison }) => poison)).toHaveLength(settings.maxAttempts);
      expect(seen.filter(({ n }) => n === 1)).toHaveLength(1);
    });
  });
});

describe('the Pub/Sub queue', () => {
  test.skipIf(!emulators)('says that it is unavailable for a topic that is not there', async () => {
    const queue = pubsubQueue({ projectId: `test-${randomUUID()}`, emulatorHost: emulators?.pubsubHost });
    await expect(queue.publish('none', { data: {} })).rejects.toMatchObject({
      code: 'queue_unavailable',
      detail: { cause: expect.stringContaining('NOT_FOUND') },
    });
    await queue.close();
  });

  // The SDK alone goes on for ten minutes: the test would time out.
  test('gives up when no server listens', async () => {
    const queue = pubsubQueue({ projectId: 'test', emulatorHost: '127.0.0.1:1' });
    await expect(queue.publish('work', { data: {} })).rejects.toMatchObject({ code: 'queue_unavailable' });
    await queue.close();
  });
});
