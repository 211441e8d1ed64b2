/** The contract of the store port for preconditions and commits: one suite over every engine. */

import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Store, Stored, Write } from '../../shared/ports.ts';
import { failure, ids, type Place, storeEngines } from './store-engines.ts';

const emulators = inject('emulators');

describe.for(storeEngines(emulators?.firestoreHost))('a commit on $name', ({ missing, create }) => {
  describe.skipIf(missing)('keeps the contract', () => {
    let place: Place;
    let store: Store;

    beforeEach(() => {
      place = create();
      store = place.open();
    });
    afterEach(() => place.remove());
    const put = async (path: string, data: object) => (await store.commit([{ set: path, data }]))[0] as string;

    describe('a precondition', () => {
      test('"absent" holds once', async () => {
        const write: Write = { set: 'things/a', data: { by: 1 }, if: 'absent' };
        await store.commit([write]);
        expect(await failure(store.commit([{ ...write, data: { by: 2 } }]))).toBe('conflict');
        expect((await store.get('things/a'))?.data).toEqual({ by: 1 });
      });

      test('"absent" holds again after a deletion', async () => {
        await put('things/a', {});
        await store.commit([{ delete: 'things/a' }]);
        await store.commit([{ set: 'things/a', data: { again: true }, if: 'absent' }]);
        expect((await store.get('things/a'))?.data).toEqual({ again: true });
      });

      test('on a version holds until the document is changed', async () => {
        const first = await put('things/a', { n: 1 });
        const [second] = await store.commit([{ set: 'things/a', data: { n: 2 }, if: { version: first } }]);
        expect(await failure(store.commit([{ set: 'things/a', data: { n: 3 }, if: { version: first } }]))).toBe(
          'conflict',
        );
        expect(await failure(store.commit([{ delete: 'things/a', if: { version: first } }]))).toBe('conflict');
        expect(await store.get('things/a')).toEqual({ path: 'things/a', version: second, data: { n: 2 } });
        await store.commit([{ delete: 'things/a', if: { version: String(second) } }]);
        expect(await store.get('things/a')).toBeUndefined();
      });

      test('on a version fails where there is no document', async () => {
        const version = await put('things/a', {});
        await store.commit([{ delete: 'things/a' }]);
        expect(await failure(store.commit([{ set: 'things/a', data: {}, if: { version } }]))).toBe('conflict');
        expect(await failure(store.commit([{ delete: 'things/a', if: { version } }]))).toBe('conflict');
      });

      test.for(['', '0', 'nonsense', '1.5', '-1', '9'.repeat(40)])('on the version "%s" fails', async (version) => {
        await put('things/a', {});
        expect(await failure(store.commit([{ set: 'things/a', data: { n: 1 }, if: { version } }]))).toBe('conflict');
      });

      test('on the version of a document that was deleted and created again fails', async () => {
        const version = await put('things/a', { n: 1 });
        await store.commit([{ delete: 'things/a' }]);
        await put('things/a', { n: 1 });
        expect(await failure(store.commit([{ set: 'things/a', data: { n: 2 }, if: { version } }]))).toBe('conflict');
      });

      test('is not needed: a deletion of nothing succeeds', async () => {
        expect(await store.commit([{ delete: 'things/a' }])).toEqual(['']);
      });
    });

    describe('a commit', () => {
      test('returns the versions of its writes in order', async () => {
        await put('things/old', {});
        const versions = await store.commit([
          { set: 'things/a', data: {} },
          { delete: 'things/old' },
          { set: 'others/b', data: {}, if: 'absent' },
        ]);
        const [a, b] = await store.getMany(['things/a', 'others/b']);
        expect(versions).toEqual([a?.version, '', b?.version]);
      });

      test('without writes returns no versions', async () => {
        expect(await store.commit([])).toEqual([]);
      });

      test('is all or nothing, wherever the write that fails stands', async () => {
        const version = await put('things/kept', { n: 1 });
        await put('things/there', { n: 1 });
        const good: Write[] = [
          { set: 'things/new', data: {}, if: 'absent' },
          { set: 'things/kept', data: { n: 2 }, if: { version } },
          { delete: 'things/there' },
        ];
        const bad: Write = { set: 'things/there', data: {}, if: 'absent' };
        for (const at of [0, 1, 2]) {
          const writes = good.filter((write) => !('delete' in write)).toSpliced(at, 0, bad);
          expect(await failure(store.commit(writes))).toBe('conflict');
        }
        expect(ids(await store.query({ collection: 'things', limit: 9 }))).toEqual(['kept', 'there']);
        await store.commit(good);
        expect(ids(await store.query({ collection: 'things', limit: 9 }))).toEqual(['kept', 'new']);
      });

      test('takes 500 writes, and not one more', async () => {
        const writes = Array.from({ length: 500 }, (_, n): Write => ({ set: `things/${n}`, data: { n } }));
        expect(new Set(await store.commit(writes)).size).toBeGreaterThan(0);
        expect(await store.query({ collection: 'things', limit: 1000 })).toHaveLength(500);
        await expect(store.commit([...writes, { delete: 'things/500' }])).rejects.toThrow('500');
      });

      test('takes 3.5 MB, and no more', async () => {
        const large = (n: number): Write => ({ set: `things/${n}`, data: { text: 'x'.repeat(860_000) } });
        await store.commit([1, 2, 3, 4].map(large));
        await expect(store.commit([1, 2, 3, 4, 5].map(large))).rejects.toThrow('3500000');
      });

      test('writes a document only once', async () => {
        const twice: Write[] = [{ set: 'things/a', data: {} }, { delete: 'things/a' }];
        await expect(store.commit(twice)).rejects.toThrow('only once');
      });

      test('of eight contenders for one document has exactly one winner', async () => {
        const contenders = Array.from({ length: 8 }, () => place.open());
        for (let round = 0; round < 5; round++) {
          const before = await store.get<{ owner: number }>('things/lease');
          const outcomes = await Promise.all(
            contenders.map((each, owner) => {
              const condition = before === undefined ? 'absent' : { version: before.version };
              return failure(each.commit([{ set: 'things/lease', data: { round, owner }, if: condition }]));
            }),
          );
          expect(outcomes.toSorted()).toEqual([...Array(7).fill('conflict'), 'none']);
          const owner = outcomes.indexOf('none');
          expect((await store.get('things/lease'))?.data).toEqual({ round, owner });
        }
      });

      test('succeeds beside 99 others on other documents', async () => {
        const commits = Array.from({ length: 100 }, (_, n) =>
          store.commit([{ set: `things/${n}`, data: { n }, if: 'absent' }]),
        );
        await Promise.all(commits);
        expect(await store.query({ collection: 'things', limit: 1000 })).toHaveLength(100);
      });

      test('loses no addition when eight add to one counter and read again on conflict', async () => {
        await put('things/counter', { n: 0 });
        const add = async () => {
          const found = (await store.get<{ n: number }>('things/counter')) as Stored<{ n: number }>;
          const write: Write = { set: found.path, data: { n: found.data.n + 1 }, if: { version: found.version } };
          if ((await failure(store.commit([write]))) === 'conflict') await add();
        };
        await Promise.all(Array.from({ length: 8 }, add));
        expect((await store.get('things/counter'))?.data).toEqual({ n: 8 });
      });
    });
  });
});
