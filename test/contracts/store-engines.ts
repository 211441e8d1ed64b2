/** The engines that the store's contract is run over, each able to open several handles on one set of documents. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { codeOf } from '../../shared/domain/failure.ts';
import type { Store, Stored } from '../../shared/ports.ts';
import { memoryStore } from '../support/memory-store.ts';

export interface Engine {
  name: string;
  missing?: boolean;
  /** How many cases a property may try: every one takes its time on an emulator. */
  cases: number;
  /** A new and empty place for documents. */
  create(): Place;
}

export interface Place {
  /** A handle; another one where the engine allows it. */
  open(): Store;
  remove(): Promise<void>;
}

export function storeEngines(firestoreHost: string | undefined): Engine[] {
  return [
    { name: 'the memory of tests', cases: 60, create: inTestMemory },
    { name: 'SQLite in memory', cases: 60, create: inMemory },
    { name: 'SQLite in a file', cases: 60, create: inFile },
    {
      name: 'Firestore',
      missing: firestoreHost === undefined,
      cases: 15,
      create: () => inFirestore(String(firestoreHost)),
    },
  ];
}

function inTestMemory(): Place {
  const store = memoryStore();
  return { open: () => store, remove: () => store.close() };
}

function inMemory(): Place {
  const store = sqliteStore({ file: ':memory:' });
  return { open: () => store, remove: () => store.close() };
}

export function inFile(): Place & { file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const file = join(folder, 'store.db');
  const place = kept(() => sqliteStore({ file }));
  const remove = async () => {
    await place.remove();
    rmSync(folder, { recursive: true });
  };
  return { ...place, file, remove };
}

function inFirestore(emulatorHost: string): Place {
  const projectId = `test-${randomUUID()}`;
  return kept(() => firestoreStore({ projectId, emulatorHost }));
}

/** Closes with the place whatever was opened in it. */
function kept(make: () => Store): Place {
  const opened: Store[] = [];
  return {
    open: () => {
      const store = make();
      opened.push(store);
      return store;
    },
    remove: async () => {
      await Promise.all(opened.map((store) => store.close()));
    },
  };
}

/** The code of the failure that a promise ends with, `none` where it succeeds. */
export function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'none', codeOf);
}

/** The document ids, in the order found. */
export const ids = (found: Stored<unknown>[]) => found.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
