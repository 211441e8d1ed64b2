import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { race } from './refresh.ts';

it('exchanges every due token once, whatever number of processes find it due in one SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'race-'));
  const sqliteFile = join(folder, 'store.db');
  const store = sqliteStore({ file: sqliteFile });
  await race(store, { sqliteFile });
  await store.close();
  await rm(folder, { recursive: true });
}, 90_000);
