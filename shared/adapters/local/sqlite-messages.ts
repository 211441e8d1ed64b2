/** The messages of the embedded queue in one SQLite table. */

import { DatabaseSync } from 'node:sqlite';

export interface LocalMessage {
  id: string;
  topic: string;
  data: unknown;
  attributes: Record<string, string>;
  /** Epoch ms. */
  publishedAt: number;
  attempts: number;
}

export interface Row {
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

export type MessageTable = ReturnType<typeof openMessageTable>;

/** @param topics only messages of these topics are delivered */
export function openMessageTable(file: string, topics: string[]) {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(schema);
  const delivered = JSON.stringify(topics);
  const insert = database.prepare(
    'INSERT INTO messages (topic, data, attributes, published_at, due_at) VALUES (?, ?, ?, ?, ?)',
  );
  const next = database.prepare(`
    SELECT * FROM messages
    WHERE dead = 0 AND topic IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT value FROM json_each(?))
    ORDER BY due_at, id LIMIT 1`);
  const postpone = database.prepare('UPDATE messages SET attempts = ?, due_at = ?, dead = ? WHERE id = ?');
  const remove = database.prepare('DELETE FROM messages WHERE id = ?');
  const listTopic = database.prepare('SELECT * FROM messages WHERE dead = 0 AND topic = ? ORDER BY id');
  const listDead = database.prepare('SELECT * FROM messages WHERE dead = 1 ORDER BY id');
  return {
    insert: (topic: string, data: object, attributes: Record<string, string>, now: number) =>
      void insert.run(topic, JSON.stringify(data), JSON.stringify(attributes), now, now),
    /** The message that is due first, without those of the ids. */
    next: (withoutIds: number[]) => next.get(delivered, JSON.stringify(withoutIds)) as unknown as Row | undefined,
    postpone: (id: number, attempts: number, dueAt: number, isDead: boolean) =>
      void postpone.run(attempts, dueAt, isDead ? 1 : 0, id),
    remove: (id: number) => void remove.run(id),
    listTopic: (topic: string) => toMessages(listTopic.all(topic)),
    listDead: () => toMessages(listDead.all()),
    close: () => database.close(),
  };
}

function toMessages(rows: unknown[]): LocalMessage[] {
  return (rows as Row[]).map(({ id, topic, data, attributes, published_at, attempts }) => ({
    id: String(id),
    topic,
    data: JSON.parse(data),
    attributes: JSON.parse(attributes),
    publishedAt: published_at,
    attempts,
  }));
}
