/** The embedded queue: stores messages in SQLite and pushes them to HTTP endpoints as Pub/Sub does, at least once. */

import { backoffMs } from '../../domain/backoff.ts';
import { Failure } from '../../domain/failure.ts';
import type { Queue } from '../../ports.ts';
import { push } from './push.ts';
import { type LocalMessage, type MessageTable, openMessageTable, type Row } from './sqlite-messages.ts';

export interface LocalQueueOptions {
  /** `:memory:` uses no file. Only one process at a time may deliver from a file. */
  file: string;
  /** The endpoint of each topic. Messages of other topics stay in the table. */
  endpoints?: Record<string, string>;
  /** The wait after the first failed attempt; it doubles with each further one. */
  minBackoffMs?: number;
  maxBackoffMs?: number;
  /** After this many failed attempts a message is a dead letter. */
  maxAttempts?: number;
  /** After this time without a response the message is delivered again. */
  ackDeadlineMs?: number;
  /** How many messages are delivered at the same time. */
  concurrency?: number;
}

export interface LocalQueue extends Queue {
  /** The messages of a topic without an endpoint, oldest first. */
  kept(topic: string): LocalMessage[];
  deadLetters(): LocalMessage[];
  /** Resolves when every message with an endpoint is acknowledged or a dead letter. */
  idle(): Promise<void>;
  /** Aborts deliveries. Their messages stay, and the next process delivers them again. */
  close(): Promise<void>;
}

/** The defaults are those of the deployment (terraform), with a shorter first wait. */
const defaults = {
  endpoints: {},
  minBackoffMs: 1_000,
  maxBackoffMs: 600_000,
  maxAttempts: 10,
  ackDeadlineMs: 600_000,
  concurrency: 4,
};

export function localQueue(options: LocalQueueOptions): LocalQueue {
  const settings: Required<LocalQueueOptions> = { ...defaults, ...options };
  const { endpoints } = settings;
  const table = openMessageTable(settings.file, Object.keys(endpoints));
  const { deliverDue, idle, stop } = startDelivery(table, settings);
  let isOpen = true;

  return {
    async publish(topic, { data, attributes = {} }) {
      try {
        table.insert(topic, data, attributes, Date.now());
      } catch (error) {
        throw new Failure('queue_unavailable', 'The message could not be queued.', { cause: (error as Error).message });
      }
      deliverDue();
    },
    kept: (topic) => (topic in endpoints ? [] : table.listTopic(topic)),
    deadLetters: table.listDead,
    idle,
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await stop();
      table.close();
    },
  };
}

/** Delivers what is due, and again whenever the next message is due. */
function startDelivery(table: MessageTable, settings: Required<LocalQueueOptions>) {
  const inFlight = new Map<number, Promise<void>>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let idlers: (() => void)[] = [];

  function deliverDue(): void {
    clearTimeout(timer);
    while (!stopping.signal.aborted && inFlight.size < settings.concurrency) {
      const row = table.next([...inFlight.keys()]);
      if (row === undefined) break;
      const waitMs = row.due_at - Date.now();
      if (waitMs > 0) {
        timer = setTimeout(deliverDue, waitMs);
        return;
      }
      inFlight.set(row.id, deliver(row));
    }
    if (inFlight.size > 0) return;
    for (const resolve of idlers) resolve();
    idlers = [];
  }

  async function deliver(row: Row): Promise<void> {
    const attempt = row.attempts + 1;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(settings.ackDeadlineMs)]);
    if (await push(String(settings.endpoints[row.topic]), row, attempt, signal)) table.remove(row.id);
    else if (!stopping.signal.aborted) {
      const dueAt = Date.now() + retryDelayMs(settings, attempt);
      table.postpone(row.id, attempt, dueAt, attempt >= settings.maxAttempts);
    }
    inFlight.delete(row.id);
    deliverDue();
  }

  async function stop(): Promise<void> {
    stopping.abort();
    clearTimeout(timer);
    await Promise.all(inFlight.values());
  }

  deliverDue();
  const idle = () =>
    new Promise<void>((resolve) => {
      idlers.push(resolve);
      deliverDue();
    });
  return { deliverDue, idle, stop };
}

/** Without jitter, because only one process delivers. */
function retryDelayMs({ minBackoffMs, maxBackoffMs }: Required<LocalQueueOptions>, attempt: number): number {
  return backoffMs(attempt, { firstMs: minBackoffMs, maxMs: maxBackoffMs }, 1);
}
