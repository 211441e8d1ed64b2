import { expect, it } from 'vitest';
import { endLeases } from '../../local/leases.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';

it('every lease of a connection or a sync ends, and the rest of the documents stays as it is', async () => {
  const store = sqliteStore({ file: ':memory:' });
  const lease = { owner: 'killed', endsAt: Date.now() + 60_000 };
  await store.commit([
    { set: 'connections/c-1', data: { customerId: 'c-1', lease } },
    { set: 'connections/c-2', data: { customerId: 'c-2' } },
    { set: 'sync_heads/c-1', data: { customerId: 'c-1', run: 'r-1', lease } },
  ]);
  const untouched = await store.get('connections/c-2');

  expect(await endLeases(store)).toBe(2);
  expect((await store.get('connections/c-1'))!.data).toEqual({ customerId: 'c-1' });
  expect((await store.get('sync_heads/c-1'))!.data).toEqual({ customerId: 'c-1', run: 'r-1' });
  expect(await store.get('connections/c-2')).toEqual(untouched);
  expect(await endLeases(store)).toBe(0);
});
