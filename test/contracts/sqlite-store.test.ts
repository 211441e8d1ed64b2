/** What only the SQLite engine promises: processes that share a file, survival of a kill, and a purge of its own. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { inFile } from './store-engines.ts';

const script = join(import.meta.dirname, '../support/store-process.ts');

describe('a SQLite file', () => {
  let place: ReturnType<typeof inFile>;

  beforeEach(() => {
    place = inFile();
  });
  afterEach(() => place.remove());

  test('can be created and shared by eight processes at once: each race has exactly one winner', async () => {
    const rounds = 25;
    const racers = Array.from({ length: 8 }, () =>
      promisify(execFile)(process.execPath, [script, 'race', place.file, String(rounds)]),
    );
    const won = (await Promise.all(racers)).flatMap(({ stdout }) => JSON.parse(stdout) as number[]);
    expect(won.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, round) => round));
  });

  test('holds every acknowledged commit when the process is killed in the middle of its work', async () => {
    const writer = spawn(process.execPath, [script, 'write', place.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of writer.stdout) {
      output += chunk;
      if (output.length > 2000) writer.kill('SIGKILL');
    }
    if (writer.signalCode === null) await once(writer, 'exit');
    // The last line may be cut.
    const numbers = output.split('\n').slice(0, -1);
    const found = await place.open().getMany(numbers.map((n) => `numbers/${n}`));
    expect(numbers.length).toBeGreaterThan(100);
    expect(found).not.toContain(undefined);
  });

  test('that is not a database is "unavailable", and only the log gets the reason', () => {
    writeFileSync(place.file, 'This is a letter, not a database. '.repeat(100));
    expect(() => sqliteStore({ file: place.file })).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        message: 'The store cannot be reached at the moment.',
        detail: { code: 'store_unavailable', cause: 'file is not a database' },
      }),
    );
  });
});

describe('the SQLite store', () => {
  test('removes documents some time after they expired, and no others', async () => {
    let now = Date.UTC(2030, 0, 1);
    const store = sqliteStore({ file: ':memory:', now: () => now });
    await store.commit([
      { set: 'links/short', data: { expireAt: now + 1000 } },
      { set: 'links/long', data: { expireAt: now + 3_600_000 } },
      { set: 'links/ever', data: { expireAt: 'never' } },
    ]);
    now += 120_000;
    await store.commit([{ set: 'links/new', data: { expireAt: now } }]);
    const left = await store.query({ collection: 'links', limit: 9 });
    expect(left.map(({ path }) => path)).toEqual(['links/ever', 'links/long', 'links/new']);
    await store.close();
  });
});
