/**
 * A process of its own that writes to a SQLite store: `race FILE ROUNDS` answers which rounds it won,
 * `write FILE` tells each number once it is committed, until it is killed.
 */

import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { codeOf } from '../../shared/domain/failure.ts';

const [, , mode, file, rounds] = process.argv;
const store = sqliteStore({ file: String(file) });

if (mode === 'race') {
  const won: number[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    try {
      await store.commit([{ set: `rounds/${round}`, data: { winner: process.pid }, if: 'absent' }]);
      won.push(round);
    } catch (error) {
      if (codeOf(error) !== 'conflict') throw error;
    }
  }
  console.log(JSON.stringify(won));
  await store.close();
} else {
  for (let n = 0; ; n++) {
    await store.commit([{ set: `numbers/${n}`, data: { n } }]);
    process.stdout.write(`${n}\n`);
  }
}
