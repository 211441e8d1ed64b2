/** What only the local queue promises: deadlines, growing waits, survival of a kill, and a view of its messages. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CloudEvent, cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type LocalQueue, type LocalQueueOptions, localQueue } from '../../shared/adapters/local/sqlite-queue.ts';
import { dataOf, type Endpoint, pushEndpoint } from './push-endpoint.ts';

/** A busy machine may take its time. */
const soon = { timeout: 25_000 };

describe('the local queue', () => {
  let endpoint: Endpoint;
  let folder: string;
  let opened: LocalQueue[];

  beforeEach(async () => {
    endpoint = await pushEndpoint();
    folder = mkdtempSync(join(tmpdir(), 'queue-'));
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((queue) => queue.close()));
    endpoint.close();
    rmSync(folder, { recursive: true });
  });

  function open(options: Partial<LocalQueueOptions> = {}): LocalQueue {
    const queue = localQueue({ file: join(folder, 'queue.db'), endpoints: { work: endpoint.url }, ...options });
    opened.push(queue);
    return queue;
  }
  const never = () => new Promise<number>(() => {});
  const seen = () => endpoint.pushes.map(dataOf);

  test('counts the deliveries of a message and waits longer after each', async () => {
    endpoint.answer = ({ body }) => (Number(body.deliveryAttempt) < 5 ? 500 : 200);
    const queue = open({ minBackoffMs: 40, maxBackoffMs: 100 });
    await queue.publish('work', { data: {} });
    await queue.idle();
    expect(endpoint.pushes.map(({ body }) => body.deliveryAttempt)).toEqual([1, 2, 3, 4, 5]);
    const waits = endpoint.pushes.slice(1).map(({ at }, index) => at - Number(endpoint.pushes[index]?.at));
    for (const [index, atLeast] of [39, 79, 99, 99].entries()) expect(waits[index]).toBeGreaterThanOrEqual(atLeast);
    expect(queue.deadLetters()).toEqual([]);
  });

  test.for([200, 201, 202, 204])('takes %d as an acknowledgement', async (status) => {
    endpoint.answer = () => status;
    const queue = open();
    await queue.publish('work', { data: {} });
    await queue.idle();
    expect(endpoint.pushes).toHaveLength(1);
  });

  test('treats a redirect as a failure and does not follow it', async () => {
    endpoint.answer = ({ body }) => (body.deliveryAttempt === 1 ? 302 : 204);
    const queue = open({ minBackoffMs: 10 });
    await queue.publish('work', { data: {} });
    await queue.idle();
    expect(endpoint.pushes).toHaveLength(2);
  });

  test('delivers again what is not acknowledged within the deadline', async () => {
    endpoint.answer = ({ body }) => (body.deliveryAttempt === 1 ? never() : 204);
    const queue = open({ ackDeadlineMs: 1_000, minBackoffMs: 10 });
    await queue.publish('work', { data: { n: 1 } });
    await queue.idle();
    expect(seen()).toEqual([{ n: 1 }, { n: 1 }]);
  });

  test('delivers no more messages at the same time than allowed', async () => {
    let now = 0;
    let most = 0;
    endpoint.answer = async () => {
      most = Math.max(most, ++now);
      // The first deliveries wait for each other, the others for one turn.
      await vi.waitFor(() => expect(most).toBe(3), soon);
      await nextTurn();
      now--;
      return 204;
    };
    const queue = open({ concurrency: 3 });
    await Promise.all(Array.from({ length: 20 }, (_, n) => queue.publish('work', { data: { n } })));
    await queue.idle();
    expect(most).toBe(3);
    expect(endpoint.pushes).toHaveLength(20);
  });

  test('lists dead letters as they were published', async () => {
    endpoint.answer = () => 500;
    const queue = open({ minBackoffMs: 5, maxAttempts: 3 });
    await queue.publish('work', { data: { n: 1 }, attributes: { kind: 'x' } });
    await queue.idle();
    expect(queue.deadLetters()).toEqual([
      {
        id: '1',
        topic: 'work',
        data: { n: 1 },
        attributes: { kind: 'x' },
        publishedAt: expect.any(Number),
        attempts: 3,
      },
    ]);
  });

  test('keeps the messages of a topic without an endpoint, to be read', async () => {
    const queue = open();
    await queue.publish('customer-events', { data: { n: 1 } });
    await queue.publish('customer-events', { data: { n: 2 } });
    await queue.idle();
    expect(queue.kept('customer-events').map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(endpoint.pushes).toEqual([]);
  });

  test('aborts its deliveries when it is closed, and repeats them in the next process', async () => {
    endpoint.answer = never;
    const queue = open();
    await queue.publish('work', { data: { n: 1 } });
    await vi.waitFor(() => expect(endpoint.pushes).toHaveLength(1), soon);
    await queue.close();
    endpoint.answer = () => 204;
    await open().idle();
    expect(seen()).toEqual([{ n: 1 }, { n: 1 }]);
  });

  test('loses nothing that was published when its process is killed', async () => {
    endpoint.answer = never;
    const script = join(import.meta.dirname, '../support/queue-process.ts');
    const args = [script, join(folder, 'queue.db'), endpoint.url];
    const publisher = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(publisher.stdout, 'data');
    await vi.waitFor(() => expect(endpoint.pushes.length).toBeGreaterThan(0), soon);
    publisher.kill('SIGKILL');
    await once(publisher, 'exit');
    endpoint.pushes.length = 0;
    endpoint.answer = () => 204;
    await open().idle();
    const numbers = seen().map(({ n }) => n);
    expect(numbers.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('is understood by the functions framework as an event of its topic', async () => {
    const events: unknown[] = [];
    cloudEvent('take', async ({ type, source, data }: CloudEvent<unknown>) => {
      events.push({ type, source, data });
    });
    const server = getTestServer('take').listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const queue = open({ endpoints: { work: `http://127.0.0.1:${port}/projects/local/topics/work` } });
    await queue.publish('work', { data: { n: 1 }, attributes: { kind: 'x' } });
    await queue.idle();
    server.close();
    const data = Buffer.from('{"n":1}').toString('base64');
    expect(events).toEqual([
      {
        type: 'google.cloud.pubsub.topic.v1.messagePublished',
        source: '//pubsub.googleapis.com/projects/local/topics/work',
        data: { message: expect.objectContaining({ data, messageId: '1', attributes: { kind: 'x' } }) },
      },
    ]);
  });
});
