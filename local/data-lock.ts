/**
 * Keeps two local stacks off the same data. The lock is a transaction of SQLite: the operating system releases it when the
 * process dies, however it dies, so a lock never outlives its owner.
 */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../shared/domain/failure.ts';

interface Owner {
  pid: number;
  url: string;
}

/** @throws Failure `configuration_invalid` when another process has the lock */
export function lockData(folder: string, url: string): { release(): void } {
  mkdirSync(folder, { recursive: true });
  const database = open(folder);
  const owner = readOwner(database);
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch {
    database.close();
    const who = owner ? ` (process ${owner.pid}, ${owner.url})` : '';
    throw new Failure('configuration_invalid', `Another local stack${who} uses ${resolve(folder)}. Stop it first.`);
  }
  // Committed, so that others can read who has the lock; then locked again.
  database.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, url TEXT); DELETE FROM owner');
  database.prepare('INSERT INTO owner VALUES (?, ?)').run(process.pid, url);
  database.exec('COMMIT; BEGIN IMMEDIATE');
  return { release: () => database.close() };
}

/** The address of the local stack that was started last with this data. */
export function lastAddress(folder: string): string | undefined {
  try {
    const database = open(folder);
    const owner = readOwner(database);
    database.close();
    return owner?.url;
  } catch {
    return undefined;
  }
}

const open = (folder: string) => new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 });

function readOwner(database: DatabaseSync): Owner | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'owner'").get();
  return table && (database.prepare('SELECT pid, url FROM owner').get() as unknown as Owner | undefined);
}
