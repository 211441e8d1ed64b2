import { describe, expect, it } from 'vitest';
import type { Person } from '../../../shared/domain/person.ts';
import { day } from '../../../shared/domain/time.ts';
import { hashOf, isStorable, statusOf, toTombstone, toUser } from '../../../shared/domain/user.ts';
import fc from '../../support/property.ts';

const person: Person = {
  id: '5b1c0f9e-0000-4000-8000-000000000000',
  emails: ['Ada@Example.com', 'ada@home.example'],
  displayName: 'Ada Ångström',
  phoneNumbers: [],
  sipAddresses: [],
  licenses: ['l1', 'l2'],
  roles: [],
  loginEnabled: true,
  invitePending: false,
  lastModified: '2026-01-01T00:00:00Z',
};

describe('the hash of a person', () => {
  it('does not depend on the order of fields and lists, nor on when the person was last modified', () => {
    const shuffled = Object.fromEntries(Object.entries(person).reverse()) as unknown as Person;
    expect(hashOf({ ...shuffled, licenses: ['l2', 'l1'], lastModified: 'later' })).toBe(hashOf(person));
  });

  it('changes with every other field', () => {
    const fields: Partial<Person>[] = [
      { displayName: 'Ada' },
      { emails: ['ada@home.example'] },
      { licenses: ['l1'] },
      { loginEnabled: false },
      { title: 'Countess' },
    ];
    const hashes = fields.map((change) => hashOf({ ...person, ...change }));
    expect(new Set([...hashes, hashOf(person)]).size).toBe(fields.length + 1);
  });

  it('is a whole number that a log line and a document store exactly', () => {
    fc.assert(
      fc.property(fc.string(), (displayName) => {
        const hash = hashOf({ ...person, displayName });
        expect(Number.isSafeInteger(hash)).toBe(true);
        expect(Number.parseInt(hash.toString(36), 36)).toBe(hash);
      }),
    );
  });
});

describe('a person', () => {
  it.each(['a/b', '.', '..', '__x__', 'a.b', 'ä', '', 'x'.repeat(129)])('with the id %j cannot be stored', (id) => {
    expect(isStorable({ ...person, id })).toBe(false);
  });

  it('with more list entries than the store can index cannot be stored', () => {
    expect(isStorable(person)).toBe(true);
    expect(isStorable({ ...person, licenses: Array.from({ length: 5_001 }, () => 'l') })).toBe(false);
  });
});

describe('a user', () => {
  it('has the status that the portal shows', () => {
    expect(statusOf(person)).toBe('active');
    expect(statusOf({ ...person, loginEnabled: false })).toBe('login_disabled');
    expect(statusOf({ ...person, loginEnabled: false, invitePending: true })).toBe('invite_pending');
  });

  it('is found by name and address in any case', () => {
    const user = toUser(person, 1, 2);
    expect(user).toMatchObject({ nameKey: 'ada ångström', emailKeys: ['ada@example.com', 'ada@home.example'] });
  });

  it('leaves a tombstone without keys, for 90 days', () => {
    const gone = toTombstone(toUser(person, 1, 2), 9, 1000);
    expect(gone).toMatchObject({ id: person.id, revision: 9, removedAt: 1000, expireAt: 1000 + 90 * day });
    expect(gone).not.toHaveProperty('nameKey');
    expect(gone).not.toHaveProperty('emailKeys');
  });
});
