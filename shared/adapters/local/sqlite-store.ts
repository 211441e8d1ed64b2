/** The embedded store: documents as JSON in one SQLite table, for development and tests. */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Failure } from '../../domain/failure.ts';
import type { Query, Store, Stored, Write } from '../../ports.ts';
import { checkValue, documentTexts, splitPath } from '../store-limits.ts';
import { extract, toSelect } from './sqlite-query.ts';

/** How long a process waits while another one commits. */
const busyTimeoutMs = 10_000;
const purgeIntervalMs = 60_000;
/** Fields that queries order by. Each gets an index over all collections. */
const indexedFields = ['nameKey', 'nextRefreshAt', 'nextWarningAt', 'nextSyncAt', 'revision'];

/**
 * `version` is the row's id: AUTOINCREMENT never repeats one, not even after a deletion, and every `set` makes a new row. The
 * unique key orders ids by their UTF-8 bytes, as Firestore does.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (collection, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS by_expireAt ON documents (${extract('expireAt')}) WHERE ${extract('expireAt')} IS NOT NULL;
  ${indexedFields
    .map(
      (field) =>
        `CREATE INDEX IF NOT EXISTS by_${field} ON documents (collection, ${extract(field)}, id) WHERE ${extract(field)} IS NOT NULL;`,
    )
    .join('\n  ')}
`;

interface Row {
  version: number;
  id: string;
  data: string;
}

/**
 * A store in `file`, or in memory (`:memory:`). Several processes may share a file.
 * A commit is on the disk when it resolves, so it survives the process and a loss of power. It must, because a refresh token
 * that Webex has rotated exists nowhere else.
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export function sqliteStore({ file, now = Date.now }: { file: string; now?: () => number }): Store {
  const database = open(file);
  const prepare = statementCache(database);
  let purgedAt = 0;

  function commit(writes: Write[]): string[] {
    const texts = documentTexts(writes);
    for (const text of texts) if (text !== '') checkValue(JSON.parse(text));
    database.exec('BEGIN IMMEDIATE');
    try {
      if (now() >= purgedAt + purgeIntervalMs) {
        purgedAt = now();
        purgeExpired(prepare, now());
      }
      const versions = writes.map((write, index) => applyWrite(prepare, write, texts[index] as string));
      database.exec('COMMIT');
      return versions;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    get: async <T>(path: string) => guard(() => readDocument<T>(prepare, path)),
    getMany: async <T>(paths: string[]) => guard(() => paths.map((path) => readDocument<T>(prepare, path))),
    query: async <T>(query: Query) => guard(() => readMatches<T>(prepare, query)),
    commit: async (writes) => guard(() => commit(writes)),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

type Prepare = (sql: string) => StatementSync;

function statementCache(database: DatabaseSync): Prepare {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    const statement = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
}

function readDocument<T>(prepare: Prepare, path: string): Stored<T> | undefined {
  const { collection, id } = splitPath(path);
  const row = prepare('SELECT version, id, data FROM documents WHERE collection = ? AND id = ?').get(collection, id);
  return row && stored<T>(collection, row as unknown as Row);
}

function readMatches<T>(prepare: Prepare, query: Query): Stored<T>[] {
  splitPath(`${query.collection}/any`);
  const { sql, values } = toSelect(query);
  const rows = prepare(sql).all(...values);
  return rows.map((row) => stored<T>(query.collection, row as unknown as Row));
}

/** Does one write. @throws Failure `conflict` */
function applyWrite(prepare: Prepare, write: Write, text: string): string {
  const { collection, id } = splitPath('set' in write ? write.set : write.delete);
  if (typeof write.if === 'object') {
    const sql = 'DELETE FROM documents WHERE collection = ? AND id = ? AND CAST(version AS TEXT) = ?';
    if (prepare(sql).run(collection, id, write.if.version).changes === 0) throw conflict();
  } else if (write.if !== 'absent') {
    prepare('DELETE FROM documents WHERE collection = ? AND id = ?').run(collection, id);
  }
  if ('delete' in write) return '';
  const sql = 'INSERT INTO documents (collection, id, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
  const inserted = prepare(sql).run(collection, id, text);
  if (inserted.changes === 0) throw conflict();
  return String(inserted.lastInsertRowid);
}

/** Removes a bounded number of expired documents, so that no commit is slowed down by a backlog. */
function purgeExpired(prepare: Prepare, now: number): void {
  const expireAt = extract('expireAt');
  const expired = `SELECT version FROM documents WHERE ${expireAt} IS NOT NULL AND ${expireAt} <= ? LIMIT 1000`;
  prepare(`DELETE FROM documents WHERE version IN (${expired})`).run(now);
}

function open(file: string): DatabaseSync {
  return guard(() => {
    const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return database;
  });
}

function stored<T>(collection: string, row: Row): Stored<T> {
  return { path: `${collection}/${row.id}`, version: String(row.version), data: JSON.parse(row.data) as T };
}

function conflict(): Failure {
  return new Failure('conflict', 'The document has been changed in the meantime.');
}

/** Converts SQLite's own errors (busy, disk full, corrupt) to `store_unavailable`. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) {
      throw new Failure('store_unavailable', 'The store cannot be reached at the moment.', { cause: error.message });
    }
    throw error;
  }
}
