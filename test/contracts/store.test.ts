/** The contract of the store port: one suite over every engine. */

import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { codeOf } from '../../shared/domain/failure.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Query, Store, Stored, Write } from '../../shared/ports.ts';
import { type Place, storeEngines } from './store-engines.ts';

const emulators = inject('emulators');

/** The code of the failure that a promise ends with. */
async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error) => codeOf(error),
  );
}

const ids = (found: Stored<unknown>[]) => found.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));

describe.for(storeEngines(emulators?.firestoreHost))('$name', ({ missing, create }) => {
  describe.skipIf(missing)('keeps the contract', () => {
    let place: Place;
    let store: Store;

    beforeEach(() => {
      place = create();
      store = place.open();
    });
    afterEach(() => place.remove());

    const put = async (path: string, data: object) => (await store.commit([{ set: path, data }]))[0] as string;

    describe('one document', () => {
      test('is answered as it was set, with its path and the version that the commit told', async () => {
        const version = await put('things/a', { name: 'first' });
        expect(await store.get('things/a')).toEqual({ path: 'things/a', version, data: { name: 'first' } });
      });

      test('is undefined before it is set and after it is deleted', async () => {
        expect(await store.get('things/a')).toBeUndefined();
        await put('things/a', {});
        expect(await store.commit([{ delete: 'things/a' }])).toEqual(['']);
        expect(await store.get('things/a')).toBeUndefined();
      });

      test('is replaced as a whole: fields that the new one lacks are gone', async () => {
        const version = await put('things/a', { kept: 1, dropped: { deep: true } });
        await store.commit([{ set: 'things/a', data: { kept: 2 }, if: { version } }]);
        expect((await store.get('things/a'))?.data).toEqual({ kept: 2 });
      });

      test.for<[string, object]>([
        ['empty', {}],
        ['of empty values', { text: '', list: [], map: {}, nothing: null, no: false, zero: 0 }],
        ['deep', { a: { b: { c: { d: { e: { f: [{ g: [{ h: 'leaf' }] }] } } } } } }],
        ['of numbers', { small: -1, big: Number.MAX_SAFE_INTEGER, real: 0.1, huge: 1e300, tiny: 5e-324, ten: 1e20 }],
        ['of text', { text: 'ä 漢字 \u{1F600} \u0000 \u2028 "\\', '漢字 .`*~/[]': 'odd key', ' ': 'blank key' }],
        ['of names that objects have', { constructor: 1, hasOwnProperty: 2, toString: 'x', valueOf: [], length: 3 }],
        ['of lookalikes', { stringValue: 'x', valueType: 'integerValue', mapValue: { fields: {} }, seconds: 5 }],
      ])('%s comes back as it was', async ([, data]) => {
        await put('things/a', data);
        expect((await store.get('things/a'))?.data).toEqual(data);
      });

      test('of 900 KB comes back as it was', async () => {
        const data = { text: 'ä'.repeat(300_000), entries: Object.fromEntries(manyEntries(5000)) };
        await put('things/a', data);
        expect((await store.get('things/a'))?.data).toEqual(data);
      });

      test('loses undefined fields, and never shows a secret', async () => {
        const list = [1, undefined];
        await put('things/a', {
          here: 1,
          gone: undefined,
          map: { gone: undefined },
          list,
          token: new Secret('s3cret'),
        });
        const found = await store.get('things/a');
        expect(found?.data).toEqual({ here: 1, map: {}, list: [1, null], token: '[redacted]' });
      });

      test('may have any id that holds no slash', async () => {
        const odd = [
          'with space',
          '漢字',
          '\u{1F600}',
          'a%2Fb',
          '..a',
          '-',
          '_',
          'A',
          'a',
          '"\'`',
          'x'.repeat(1500),
          '1',
        ];
        for (const id of odd) await put(`things/${id}`, { id });
        const found = await store.getMany<{ id: string }>(odd.map((id) => `things/${id}`));
        expect(found.map((each) => each?.data.id)).toEqual(odd);
        expect(found.map((each) => each?.path)).toEqual(odd.map((id) => `things/${id}`));
        expect(ids(await store.query({ collection: 'things', limit: 100 })).sort()).toEqual([...odd].sort());
      });

      test('keeps expireAt as the number that it is', async () => {
        const expireAt = Date.now() + 123_457;
        await put('things/a', { expireAt, inside: { expireAt: 1 } });
        expect((await store.get('things/a'))?.data).toEqual({ expireAt, inside: { expireAt: 1 } });
        const query = { collection: 'things', limit: 9 };
        expect(ids(await store.query({ ...query, range: { field: 'expireAt', before: expireAt } }))).toEqual([]);
        expect(ids(await store.query({ ...query, range: { field: 'expireAt', before: expireAt + 1 } }))).toEqual(['a']);
      });

      test.for<[string, string, unknown]>([
        ['a path that names a collection', 'things', {}],
        ['an empty id', 'things/', {}],
        ['the id of this folder', 'things/..', {}],
        ['a reserved id', 'things/__a__', {}],
        ['an id that is too long', `things/${'x'.repeat(1501)}`, {}],
        ['a key that would change the prototype', 'things/a', JSON.parse('{"__proto__":{"admin":true}}')],
        ['such a key further down', 'things/a', { deep: [{ map: JSON.parse('{"__proto__":1}') }] }],
        ['an empty key', 'things/a', { '': 1 }],
        ['an array in an array', 'things/a', { list: [[1]] }],
        ['broken Unicode', 'things/a', { text: '\uD800' }],
        ['more than 1 MiB', 'things/a', { text: 'x'.repeat(1_048_577) }],
      ])('with %s is refused and changes nothing', async ([, path, data]) => {
        const commit = store.commit([
          { set: 'things/other', data: {} },
          { set: path, data: data as object },
        ]);
        await expect(commit).rejects.toThrow();
        expect(await store.query({ collection: 'things', limit: 9 })).toEqual([]);
      });
    });

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

      test('on the version of a document that was deleted and made again fails', async () => {
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
      test('answers the versions of its writes in order', async () => {
        await put('things/old', {});
        const versions = await store.commit([
          { set: 'things/a', data: {} },
          { delete: 'things/old' },
          { set: 'others/b', data: {}, if: 'absent' },
        ]);
        const [a, b] = await store.getMany(['things/a', 'others/b']);
        expect(versions).toEqual([a?.version, '', b?.version]);
      });

      test('of nothing answers nothing', async () => {
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

      test('stands beside 99 others on other documents', async () => {
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

    describe('getMany', () => {
      test('answers in the order asked, with holes, and twice what is asked twice', async () => {
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

      test('answers the version that get answers', async () => {
        await put('things/a', { n: 1 });
        expect(await query()).toEqual([await store.get('things/a')]);
      });

      test('by equality tells types apart', async () => {
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

      test('reaches fields inside of fields', async () => {
        await fill({ a: { lease: { owner: 'x', endsAt: 5 } }, b: { lease: { owner: 'y', endsAt: 3 } } });
        expect(ids(await query({ equals: { 'lease.owner': 'y' } }))).toEqual(['b']);
        expect(ids(await query({ range: { field: 'lease.endsAt', before: 9 } }))).toEqual(['b', 'a']);
      });

      test('by a range takes its start, leaves its end, and leaves other types out', async () => {
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

      test('orders by id when it is told nothing else', async () => {
        await fill({ b: {}, a: {}, B: {}, 10: {}, 9: {} });
        expect(ids(await query())).toEqual(['10', '9', 'B', 'a', 'b']);
        expect(ids(await query({ after: { id: '9' } }))).toEqual(['B', 'a', 'b']);
      });

      test('goes on behind a position whose document is gone', async () => {
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

      test('refuses a field that is no field', async () => {
        await expect(query({ equals: { "x') OR 1=1 --": 1 } })).rejects.toThrow('Not a field');
        await expect(query({ collection: 'things/a' })).rejects.toThrow('Not a document path');
      });
    });
  });
});

function manyEntries(count: number): [string, string][] {
  return Array.from({ length: count }, (_, n) => [
    `8a7b6c5d-0000-4000-8000-${String(n).padStart(12, '0')}`,
    `hash${n}`,
  ]);
}
