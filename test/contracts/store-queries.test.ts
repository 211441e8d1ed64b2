/** The contract of the store port for reading many: one suite over every engine. */

import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Query, Store } from '../../shared/ports.ts';
import { ids, type Place, storeEngines } from './store-engines.ts';

const emulators = inject('emulators');

describe.for(storeEngines(emulators?.firestoreHost))('a query on $name', ({ missing, create }) => {
  describe.skipIf(missing)('keeps the contract', () => {
    let place: Place;
    let store: Store;

    beforeEach(() => {
      place = create();
      store = place.open();
    });
    afterEach(() => place.remove());
    const put = async (path: string, data: object) => (await store.commit([{ set: path, data }]))[0] as string;

    describe('getMany', () => {
      test('returns documents in the order of the paths, undefined for absent ones, and a repeated path twice', async () => {
        await store.commit(['a', 'b', 'c'].map((id) => ({ set: `things/${id}`, data: { id } })));
        const paths = ['things/c', 'things/none', 'things/a', 'things/c', 'others/a'];
        const found = await store.getMany<{ id: string }>(paths);
        expect(found.map((each) => each?.data.id)).toEqual(['c', undefined, 'a', 'c', undefined]);
        expect(await store.getMany([])).toEqual([]);
      });

      test('answers 300 at once', async () => {
        const all = Array.from({ length: 300 }, (_, n) => `things/${n}`);
        await store.commit(all.map((set, n) => ({ set, data: { n } })));
        const found = await store.getMany<{ n: number }>(all);
        expect(found.map((each) => each?.data.n)).toEqual(all.map((_, n) => n));
      });
    });

    describe('a query', () => {
      const query = (more: Partial<Query> = {}) => store.query({ collection: 'things', limit: 100, ...more });
      const fill = (documents: Record<string, object>) =>
        store.commit(Object.entries(documents).map(([id, data]) => ({ set: `things/${id}`, data })));

      test('sees one collection and not the ones below, above or beside it', async () => {
        await store.commit(
          ['things/a', 'things/a/parts/b', 'things/a/parts/c/bolts/d', 'other/a/parts/e', 'parts/f'].map((set) => ({
            set,
            data: { n: 1 },
          })),
        );
        const seen = async (collection: string) => (await query({ collection })).map(({ path }) => path);
        expect(await seen('things')).toEqual(['things/a']);
        expect(await seen('things/a/parts')).toEqual(['things/a/parts/b']);
        expect(await seen('parts')).toEqual(['parts/f']);
        expect(await seen('things/b/parts')).toEqual([]);
      });

      test('returns the same version as get', async () => {
        await put('things/a', { n: 1 });
        expect(await query()).toEqual([await store.get('things/a')]);
      });

      test('by equality distinguishes types', async () => {
        await fill({
          a: { v: 1 },
          b: { v: '1' },
          c: { v: true },
          d: { v: 'true' },
          e: {},
          f: { v: 0 },
          g: { v: false },
        });
        expect(ids(await query({ equals: { v: 1 } }))).toEqual(['a']);
        expect(ids(await query({ equals: { v: '1' } }))).toEqual(['b']);
        expect(ids(await query({ equals: { v: true } }))).toEqual(['c']);
        expect(ids(await query({ equals: { v: false } }))).toEqual(['g']);
      });

      test('joins its conditions', async () => {
        await fill({
          a: { s: 'x', n: 1, in: ['p'] },
          b: { s: 'x', n: 2, in: ['p', 'q'] },
          c: { s: 'y', n: 3, in: ['p'] },
        });
        const conditions: Partial<Query> = { equals: { s: 'x' }, contains: { field: 'in', value: 'p' } };
        expect(ids(await query(conditions))).toEqual(['a', 'b']);
        expect(ids(await query({ ...conditions, range: { field: 'n', from: 2 } }))).toEqual(['b']);
        expect(ids(await query({ equals: { s: 'x', n: 1 } }))).toEqual(['a']);
      });

      test('by a value that an array contains does not look into other values', async () => {
        await fill({
          a: { in: ['p', 'q'] },
          b: { in: 'p' },
          c: { in: { p: 'p' } },
          d: { in: [] },
          e: { in: [['p'].join()] },
        });
        expect(ids(await query({ contains: { field: 'in', value: 'p' } }))).toEqual(['a', 'e']);
      });

      test('reaches nested fields', async () => {
        await fill({ a: { lease: { owner: 'x', endsAt: 5 } }, b: { lease: { owner: 'y', endsAt: 3 } } });
        expect(ids(await query({ equals: { 'lease.owner': 'y' } }))).toEqual(['b']);
        expect(ids(await query({ range: { field: 'lease.endsAt', before: 9 } }))).toEqual(['b', 'a']);
      });

      test('by a range includes its start, and excludes its end and other types', async () => {
        await fill({ a: { v: 1 }, b: { v: 2 }, c: { v: 3 }, d: { v: '2' }, e: {}, f: { v: 2.5 } });
        expect(ids(await query({ range: { field: 'v', from: 1, before: 3 } }))).toEqual(['a', 'b', 'f']);
        expect(ids(await query({ range: { field: 'v', before: 3 } }))).toEqual(['a', 'b', 'f']);
        expect(ids(await query({ range: { field: 'v', from: 2 } }))).toEqual(['b', 'f', 'c']);
        expect(ids(await query({ range: { field: 'v', from: '1', before: '3' } }))).toEqual(['d']);
      });

      test('by a prefix compares text by its bytes', async () => {
        await fill({
          a: { v: 'ab' },
          b: { v: 'abc' },
          c: { v: 'aB' },
          d: { v: 'ab\u{1F600}' },
          e: { v: 'ac' },
          f: { v: 'äb' },
        });
        const range = { field: 'v', from: 'ab', before: 'ac' };
        expect(ids(await query({ range }))).toEqual(['a', 'b', 'd']);
      });

      test('orders by a field, then by id, in both directions, and leaves out what lacks the field', async () => {
        await fill({ a: { v: 2 }, b: { v: 1 }, c: { v: 2 }, d: {}, e: { v: 1 } });
        expect(ids(await query({ orderBy: { field: 'v', direction: 'ascending' } }))).toEqual(['b', 'e', 'a', 'c']);
        expect(ids(await query({ orderBy: { field: 'v', direction: 'descending' } }))).toEqual(['c', 'a', 'e', 'b']);
      });

      test('with a range answers in its direction', async () => {
        await fill({ a: { v: 1 }, b: { v: 2 }, c: { v: 3 } });
        const range = { field: 'v', from: 1, before: 3 };
        expect(ids(await query({ range, orderBy: { field: 'v', direction: 'descending' } }))).toEqual(['b', 'a']);
      });

      test('orders by id by default', async () => {
        await fill({ b: {}, a: {}, B: {}, 10: {}, 9: {} });
        expect(ids(await query())).toEqual(['10', '9', 'B', 'a', 'b']);
        expect(ids(await query({ after: { id: '9' } }))).toEqual(['B', 'a', 'b']);
      });

      test('continues after a position whose document is gone', async () => {
        await fill({ a: { v: 1 }, c: { v: 1 }, d: { v: 2 } });
        const orderBy = { field: 'v', direction: 'ascending' } as const;
        expect(ids(await query({ orderBy, after: { value: 1, id: 'b' } }))).toEqual(['c', 'd']);
        expect(ids(await query({ orderBy, after: { value: 1.5, id: 'b' } }))).toEqual(['d']);
      });

      test.for(['ascending', 'descending'] as const)(
        'pages %s through ties without loss or repetition',
        async (direction) => {
          await store.commit(
            Array.from({ length: 60 }, (_, n) => ({ set: `things/${n}`, data: { v: n % 3, name: `n${n % 7}` } })),
          );
          for (const field of ['v', 'name'] as const) {
            const all = ids(await query({ orderBy: { field, direction } }));
            const paged: string[] = [];
            let after: Query['after'];
            do {
              const page = await store.query<Record<typeof field, string>>({
                collection: 'things',
                orderBy: { field, direction },
                after,
                limit: 7,
              });
              paged.push(...ids(page));
              const last = page.at(-1);
              after = last && { value: last.data[field], id: ids([last])[0] as string };
            } while (after !== undefined);
            expect(paged).toEqual(all);
            expect(new Set(paged).size).toBe(60);
          }
        },
      );

      test('refuses a malformed field name', async () => {
        await expect(query({ equals: { "x') OR 1=1 --": 1 } })).rejects.toThrow('Not a field');
        await expect(query({ collection: 'things/a' })).rejects.toThrow('Not a document path');
      });
    });
  });
});
