import { describe, expect, test } from 'vitest';
import type { Query } from '../../shared/ports.ts';
import { checkIndex } from './indexed-store.ts';

const below = { contains: { field: 'ancestors', value: 'sys' } };
const byName = (direction: 'ascending' | 'descending') => ({ orderBy: { field: 'nameKey', direction } });

describe('the queries that firestore.indexes.json allows', () => {
  test.for<Partial<Query>>([
    {},
    { equals: { state: 'active', shard: 1 } },
    { range: { field: 'nextRefreshAt', before: 5 } },
    byName('descending'),
    { ...below, ...byName('ascending') },
    { ...below, ...byName('descending'), range: { field: 'nameKey', from: 'a', before: 'b' } },
    { ...below, ...byName('ascending'), equals: { state: 'active' } },
  ])('are those of the flows: %j', (query) => {
    expect(() => checkIndex({ collection: 'connections', limit: 1, ...query })).not.toThrow();
  });

  test.for<Partial<Query>>([
    { equals: { state: 'active' }, ...byName('ascending') },
    { ...below, range: { field: 'nextRefreshAt', before: 5 } },
    { ...below, ...byName('ascending'), collection: 'customers' },
  ])('are not others: %j', (query) => {
    expect(() => checkIndex({ collection: 'connections', limit: 1, ...query })).toThrow('has no index');
  });
});
