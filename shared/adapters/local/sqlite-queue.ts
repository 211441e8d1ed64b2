/** The embedded queue: stores messages in SQLite and pushes them to HTTP endpoints as Pub/Sub does, at least once. */

import { request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../../domain/failure.ts';
import type { Queue } from '../../ports.ts';

/** The statuses that Pub/Sub accepts as an acknowledgement. @see https://cloud.google.com/pubsub/docs/push#receive_push */
const acknowledgements = new Set([102, 200, 201, 202, 204]);

export interface LocalQueueOptions {
  /** `:memory:` keeps no file. Only one process at a time may deliver from a file. */
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

export interface LocalMessage {
  id: string;
  topic: string;
  data: unknown;
  attributes: Record<string, string>;
  /** Epoch ms. */
  publishedAt: number;
  attempts: number;
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

interface Row {
  id: number;
  topic: string;
  data: string;
  attributes: string;
  published_at: number;
  attempts: number;
  due_at: number;
}

/** A message stays in the table until it is acknowledged, so a killed process loses nothing. */
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    data TEXT NOT NULL,
    attributes TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS by_due_at ON messages (dead, due_at);
`;

/** The defaults are those of the deployment (terraform), with a shorter first wait. */
export function localQueue({
  file,
  endpoints = {},
  minBackoffMs = 1_000,
  maxBackoffMs = 600_000,
  maxAttempts = 10,
  ackDeadlineMs = 600_000,
  concurrency = 4,
}: LocalQueueOptions): LocalQueue {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(schema);
  const insert = database.prepare(
    'INSERT INTO messages (topic, data, attributes, published_at, due_at) VALUES (?, ?, ?, ?, ?)',
  );
  const topics = JSON.stringify(Object.keys(endpoints));
  const next = database.prepare(`
    SELECT * FROM messages
    WHERE dead = 0 AND topic IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT value FROM json_each(?))
    ORDER BY due_at, id LIMIT 1`);
  const retry = database.prepare('UPDATE messages SET attempts = ?, due_at = ?, dead = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM messages WHERE id = ?');
  const listKept = database.prepare('SELECT * FROM messages WHERE dead = 0 AND topic = ? ORDER BY id');
  const listDead = database.prepare('SELECT * FROM messages WHERE dead = 1 ORDER BY id');

  const inFlight = new Map<number, Promise<void>>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let idlers: (() => void)[] = [];

  /** Delivers what is due, and runs again when the next message is due. */
  function pump(): void {
    clearTimeout(timer);
    while (!closing.signal.aborted && inFlight.size < concurrency) {
      const row = next.get(topics, JSON.stringify([...inFlight.keys()])) as unknown as Row | undefined;
      if (row === undefined) break;
      const waitMs = row.due_at - Date.now();
      if (waitMs > 0) {
        timer = setTimeout(pump, waitMs);
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
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(ackDeadlineMs)]);
    const status = await post(String(endpoints[row.topic]), pushBody(row, attempt), signal);
    if (status !== undefined && acknowledgements.has(status)) {
      remove.run(row.id);
    } else if (!closing.signal.aborted) {
      const backoffMs = Math.min(minBackoffMs * 2 ** (attempt - 1), maxBackoffMs);
      retry.run(attempt, Date.now() + backoffMs, attempt >= maxAttempts ? 1 : 0, row.id);
    }
    inFlight.delete(row.id);
    pump();
  }

  pump();
  return {
    async publish(topic, { data, attributes = {} }) {
      const now = Date.now();
      try {
        insert.run(topic, JSON.stringify(data), JSON.stringify(attributes), now, now);
      } catch (error) {
        const cause = (error as Error).message;
        throw new Failure('queue_unavailable', 'The message could not be queued.', { cause });
      }
      pump();
    },
    kept: (topic) => (topic in endpoints ? [] : messages(listKept.all(topic))),
    deadLetters: () => messages(listDead.all()),
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        pump();
      }),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      clearTimeout(timer);
      await Promise.all(inFlight.values());
      database.close();
    },
  };
}

function messages(rows: unknown[]): LocalMessage[] {
  return (rows as Row[]).map(({ id, topic, data, attributes, published_at, attempts }) => ({
    id: String(id),
    topic,
    data: JSON.parse(data),
    attributes: JSON.parse(attributes),
    publishedAt: published_at,
    attempts,
  }));
}

/** The body of a push. @see https://cloud.google.com/pubsub/docs/push#receive_push */
function pushBody(row: Row, deliveryAttempt: number): string {
  const id = String(row.id);
  const publishTime = new Date(row.published_at).toISOString();
  return JSON.stringify({
    message: {
      data: Buffer.from(row.data).toString('base64'),
      attributes: JSON.parse(row.attributes),
      messageId: id,
      message_id: id,
      publishTime,
      publish_time: publishTime,
    },
    subscription: `projects/local/subscriptions/${row.topic}`,
    deliveryAttempt,
  });
}

/** The status of the endpoint's response, or undefined. Uses Node's own client, because `fetch` waits at most five minutes. */
function post(url: string, body: string, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    request(url, { method: 'POST', headers, signal }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', () => resolve(undefined))
      .end(body);
  });
}
