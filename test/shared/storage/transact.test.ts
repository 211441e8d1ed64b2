import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitUnlessConflict, transact, unchanged } from '../../../shared/storage/transact.ts';
import { engineName, openStore } from '../../support/engine.ts';
import { type TestPorts, testPorts } from '../../support/ports.ts';

let ports: TestPorts;
beforeEach(() => {
  ports = testPorts({ url: 'http://127.0.0.1:1' }, { store: openStore() });
});
afterEach(() => ports.store.close());

const set = (path: string, data: object) => ports.store.commit([{ set: path, data }]);
const get = async (path: string) => (await ports.store.get<{ value: number }>(path))!;

describe(`a transaction, on ${engineName}`, () => {
  it('decides again after a conflict, on what the other commit has left', async () => {
    await set('things/a', { value: 1 });
    ports.store.beforeNext('commit', () => set('things/a', { value: 10 }), { path: 'things/a' });
    const result = await transact(ports, async () => {
      const read = await get('things/a');
      const data = { value: read.data.value + 1 };
      return { writes: [{ set: read.path, data, if: { version: read.version } }], result: data.value };
    });
    expect(result).toBe(11);
    expect((await get('things/a')).data).toEqual({ value: 11 });
  });

  it('conflicts with a change of a document that it only names', async () => {
    await set('things/a', { value: 1 });
    await set('things/b', { value: 1 });
    const [a, b] = [await get('things/a'), await get('things/b')];
    const decision = { writes: [unchanged(a), { set: b.path, data: { value: 2 }, if: { version: b.version } }] };
    await set('things/a', { value: 7 });
    expect(await commitUnlessConflict(ports, decision)).toBe(false);
    expect((await get('things/b')).data).toEqual({ value: 1 });
  });

  it('repeats one of two decisions that each name a document that the other changes', async () => {
    await set('things/a', { value: 1 });
    await set('things/b', { value: 1 });
    const [a, b] = [await get('things/a'), await get('things/b')];
    const committed = await Promise.all([
      commitUnlessConflict(ports, {
        writes: [unchanged(a), { set: b.path, data: { value: 2 }, if: { version: b.version } }],
      }),
      commitUnlessConflict(ports, {
        writes: [unchanged(b), { set: a.path, data: { value: 2 }, if: { version: a.version } }],
      }),
    ]);
    expect(committed.filter(Boolean)).toHaveLength(1);
  });

  it('leaves a document unchanged that it only names', async () => {
    await set('things/a', { value: 1 });
    const before = await get('things/a');
    await ports.store.commit([unchanged(before)]);
    expect((await get('things/a')).data).toEqual(before.data);
  });
});
