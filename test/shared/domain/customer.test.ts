import { describe, expect, it } from 'vitest';
import {
  ancestors,
  hierarchyPath,
  isBelow,
  maxNameKeyBytes,
  nameKey,
  uniquenessPaths,
} from '../../../shared/domain/customer.ts';
import fc from '../../support/property.ts';

describe('a hierarchy path', () => {
  it.each([
    'sys',
    'sys.hcs.CS-P.CS-NB.Acme North',
    'sys.O’Neil & Söhne (Süd)',
    'sys.a  b',
    'sys.北海道.札幌\u3000支店',
    'sys.__x__',
    `sys${'.a'.repeat(19)}`,
  ])('may be %s', (path) => expect(hierarchyPath(path)).toBe(path));

  it.each([
    '',
    '.',
    'sys.',
    '.sys',
    'sys..a',
    ' sys',
    'sys ',
    'sys. a',
    'sys.a .b',
    'sys.\u00a0a',
    'sys.a\tb',
    'sys.a\nb',
    'sys.a\u2028b',
    'sys.a\u200bb',
    'sys.a\u202eb',
    'sys.\ud800',
    `sys${'.a'.repeat(20)}`,
    `sys.${'😀'.repeat(350)}`,
  ])('may not be %j', (path) => expect(hierarchyPath(path)).toBeUndefined());

  it('has one form', () => {
    expect(hierarchyPath('sys.So\u0308hne')).toBe('sys.Söhne');
  });

  it('lists its ancestors, itself included', () => {
    expect(ancestors('sys.a b.c')).toEqual(['sys', 'sys.a b', 'sys.a b.c']);
  });

  it.each([
    ['sys.a', 'sys.a', true],
    ['sys.a.b', 'sys.a', true],
    ['sys.ab', 'sys.a', false],
    ['sys', 'sys.a', false],
  ])('%s is at or below %s: %s', (path, node, expected) => expect(isBelow(path, node)).toBe(expected));
});

describe('a name key', () => {
  it.each([
    ['Acme', 'acme'],
    ['  ACME Ｃorp ', 'acme corp'],
    ['ẞ', 'ß'],
    ['a\u0001b', 'a b'],
    ['Ⅳ', 'iv'],
  ])('of %j is %j', (name, key) => expect(nameKey(name)).toBe(key));

  it('fits into an index entry, ends at a whole character, and keeps the order of prefixes', () => {
    const anyName = fc.string({ unit: 'grapheme', maxLength: 600 });
    fc.assert(
      fc.property(anyName, (name) => {
        const key = nameKey(name);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(maxNameKeyBytes);
        expect(key.isWellFormed()).toBe(true);
        expect(nameKey(name.repeat(3)).startsWith(key.trimEnd()) || key === '').toBe(true);
      }),
    );
    expect(Buffer.byteLength(nameKey('\ufdfa'.repeat(256)))).toBeLessThanOrEqual(maxNameKeyBytes);
  });
});

describe('the documents that keep names unique', () => {
  const customer = { hierarchy: 'sys.p.r.c', name: 'Acme', accountNumber: '2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21' };
  const paths = (change: Partial<typeof customer>) => uniquenessPaths({ ...customer, ...change });
  const own = uniquenessPaths(customer);

  it.each([
    ['sys.p', true],
    ['sys.p.other', true],
    ['sys.q', false],
    ['sys', false],
    ['sys.p2.r.c', false],
  ])('are the same for an account number at %s: %s', (hierarchy, same) =>
    expect(paths({ hierarchy }).accountNumber === own.accountNumber).toBe(same),
  );

  it.each([
    ['ACME', true],
    ['Ａcme', true],
    ['Acme 2', false],
  ])('are the same for the name %s: %s', (name, same) => expect(paths({ name }).name === own.name).toBe(same));

  it('distinguish long names that have the same key', () => {
    const long = '\ufdfa'.repeat(255);
    expect(nameKey(`${long}1`)).toBe(nameKey(`${long}2`));
    expect(paths({ name: `${long}1` }).name).not.toBe(paths({ name: `${long}2` }).name);
  });
});
