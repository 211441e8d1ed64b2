import { describe, expect, it } from 'vitest';
import { isSameCatalog, namesOf } from '../../../shared/domain/catalog.ts';

describe('the catalog', () => {
  const one = { licenses: [{ id: 'l', name: 'Messaging', totalUnits: 3 }], roles: [{ id: 'r', name: 'Full' }] };

  it('is the same in another order, but not with another number or name', () => {
    expect(
      isSameCatalog(one, {
        roles: [{ name: 'Full', id: 'r' }],
        licenses: [{ totalUnits: 3, name: 'Messaging', id: 'l' }],
      }),
    ).toBe(true);
    expect(isSameCatalog(one, { ...one, licenses: [{ id: 'l', name: 'Messaging', totalUnits: 4 }] })).toBe(false);
    expect(isSameCatalog(one, { ...one, roles: [{ id: 'r', name: 'Fuller' }] })).toBe(false);
  });

  it('gives the names it has, and the id otherwise', () => {
    expect(namesOf(['l', 'x'], one.licenses)).toEqual(['Messaging', 'x']);
  });
});
