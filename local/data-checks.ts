/** Checks the data of the local stack before it starts, so that damage is reported by file and remedy instead of a stack trace. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { keyringName } from '../shared/adapters/jose-sealer.ts';
import { Failure } from '../shared/domain/failure.ts';

/** Room that a start needs at least, for its databases and their journals. */
const probeBytes = 1024 * 1024;

/** @throws Failure `configuration_invalid` that names the file and the remedy */
export function checkData(folder: string): void {
  checkWritable(folder);
  for (const name of ['lock.db', 'store.db', 'queue.db']) checkDatabase(folder, name);
  checkJson(folder, 'webex.json');
  checkKeyring(folder);
}

function checkWritable(folder: string): void {
  const probe = join(folder, 'probe');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, Buffer.alloc(probeBytes), { flush: true });
    rmSync(probe);
  } catch (error) {
    if (existsSync(probe)) rmSync(probe);
    throw problem(
      `Cannot write to ${resolve(folder)} (${(error as NodeJS.ErrnoException).code}): free some space there`,
    );
  }
}

function checkDatabase(folder: string, name: string): void {
  const file = join(folder, name);
  if (!existsSync(file)) return;
  try {
    const database = new DatabaseSync(file);
    const { quick_check: result } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    database.close();
    if (result !== 'ok') throw new Error(result);
  } catch (error) {
    throw damageFailure(folder, name, (error as Error).message);
  }
}

function checkJson(folder: string, name: string): void {
  const file = join(folder, name);
  if (!existsSync(file)) return;
  try {
    JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw damageFailure(folder, name, 'not JSON');
  }
}

/** New keys would not open what the lost ones have sealed, so they are created only where no customer is stored. */
function checkKeyring(folder: string): void {
  const name = join('secrets', keyringName);
  const file = join(folder, name);
  if (!existsSync(file)) {
    if (!hasCustomers(join(folder, 'store.db'))) return;
    throw damageFailure(folder, name, 'missing, but the stored tokens are sealed with its keys');
  }
  try {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: { kty: string }[] };
    if (!keys.every(({ kty }) => kty === 'oct') || keys.length === 0) throw new Error();
  } catch {
    throw damageFailure(folder, name, 'not a keyring');
  }
}

function hasCustomers(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT 1 FROM documents WHERE collection = 'customers' LIMIT 1").all();
  database.close();
  return rows.length > 0;
}

function damageFailure(folder: string, name: string, reason: string): Failure {
  const file = resolve(folder, name);
  const restore = existsSync(`${file}.previous`) ? `restore it from ${file}.previous` : 'restore it from a backup';
  return problem(`${file} is damaged (${reason}): ${restore}, or delete ${resolve(folder)} to start without data`);
}

const problem = (text: string) => new Failure('configuration_invalid', `${text}.`);
