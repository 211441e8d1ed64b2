/** The embedded store: documents as JSON in one SQLite table, for development and tests. */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Failure } from '../../domain/failure.ts';
import type { Query, Store, Stored, Write } from '../../ports.ts';
import { checkField, checkValue, documentTexts, splitPath } from '../store-limits.ts';

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
  const statements = new Map<string, StatementSync>();
  let purgedAt = 0;

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  }

  function get<T>(path: string): Stored<T> | undefined {
    const { collection, id } = splitPath(path);
    const row = prepare('SELECT version, id, data FROM documents WHERE collection = ? AND id = ?').get(collection, id);
    return row && stored<T>(collection, row as unknown as Row);
  }

  function write(write: Write, text: string): string {
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

  function commit(writes: Write[]): string[] {
    const texts = documentTexts(writes);
    for (const text of texts) if (text !== '') checkValue(JSON.parse(text));
    database.exec('BEGIN IMMEDIATE');
    try {
      purge();
      const versions = writes.map((each, index) => write(each, texts[index] as string));
      database.exec('COMMIT');
      return versions;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Removes a bounded number of expired documents, so that no commit is slowed down by a backlog. */
  function purge(): void {
    if (now() < purgedAt + purgeIntervalMs) return;
    purgedAt = now();
    const expireAt = extract('expireAt');
    const expired = `SELECT version FROM documents WHERE ${expireAt} IS NOT NULL AND ${expireAt} <= ? LIMIT 1000`;
    prepare(`DELETE FROM documents WHERE version IN (${expired})`).run(now());
  }

  function query<T>(query: Query): Stored<T>[] {
    splitPath(`${query.collection}/any`);
    const { sql, values } = selection(query);
    return prepare(sql)
      .all(...values)
      .map((row) => stored<T>(query.collection, row as unknown as Row));
  }

  return {
    get: async <T>(path: string) => guard(() => get<T>(path)),
    getMany: async <T>(paths: string[]) => guard(() => paths.map((path) => get<T>(path))),
    query: async <T>(request: Query) => guard(() => query<T>(request)),
    commit: async (writes) => guard(() => commit(writes)),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

function open(file: string): DatabaseSync {
  return guard(() => {
    const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return database;
  });
}

/** The SELECT for a query. It compares types before values, because SQLite stores a boolean as a number and an object as text. */
function selection(query: Query): { sql: string; values: (string | number)[] } {
  const conditions = ['collection = ?'];
  const values: (string | number)[] = [query.collection];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  for (const [field, value] of Object.entries(query.equals ?? {})) {
    if (typeof value === 'boolean') add(`${type(field)} = ?`, String(value));
    else add(`${extract(field)} = ? AND ${ofType(field, value)}`, value);
  }
  if (query.contains) {
    const each = `json_each(data, '$.${checkField(query.contains.field)}')`;
    const isArray = `${type(query.contains.field)} = 'array'`;
    add(`${isArray} AND EXISTS (SELECT 1 FROM ${each} WHERE value = ? AND type = 'text')`, query.contains.value);
  }
  const { from, before } = query.range ?? {};
  if (query.range && from !== undefined) {
    add(`${extract(query.range.field)} >= ? AND ${ofType(query.range.field, from)}`, from);
  }
  if (query.range && before !== undefined) {
    add(`${extract(query.range.field)} < ? AND ${ofType(query.range.field, before)}`, before);
  }
  const ordered = query.orderBy?.field ?? query.range?.field;
  const descending = query.orderBy?.direction === 'descending';
  if (ordered !== undefined) add(`${extract(ordered)} IS NOT NULL`);
  if (query.after) {
    const { value = '', id } = query.after;
    const sign = descending ? '<' : '>';
    if (ordered === undefined) add(`id ${sign} ?`, id);
    // The first condition is redundant, but it lets an index start at the position.
    else add(`${extract(ordered)} ${sign}= ? AND (${extract(ordered)}, id) ${sign} (?, ?)`, value, value, id);
  }
  const keys = ordered === undefined ? ['id'] : [extract(ordered), 'id'];
  const order = keys.map((key) => `${key} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const sql = `SELECT version, id, data FROM documents WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`;
  return { sql, values: [...values, query.limit] };
}

function extract(field: string): string {
  return `json_extract(data, '$.${checkField(field)}')`;
}

function type(field: string): string {
  return `json_type(data, '$.${checkField(field)}')`;
}

function ofType(field: string, value: string | number): string {
  return typeof value === 'string' ? `${type(field)} = 'text'` : `${type(field)} IN ('integer', 'real')`;
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
