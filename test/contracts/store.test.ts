/** The contract of the store port for one document: one suite over every engine. */

import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { Secret } from '../../shared/domain/secret.ts';
import type { Store } from '../../shared/ports.ts';
import { ids, type Place, storeEngines } from './store-engines.ts';

const emulators = inject('emulators');

describe.for(storeEngines(emulators?.firestoreHost))('a document on $name', ({ missing, create }) => {
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
      test('is returned as it was set, with its path and the version that the commit returned', async () => {
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
  });
});

function manyEntries(count: number): [string, string][] {
  return Array.from({ length: count }, (_, n) => [
    `8a7b6c5d-0000-4000-8000-${String(n).padStart(12, '0')}`,
    `hash${n}`,
  ]);
}
