import { describe, expect, it } from 'vitest';
import { authorizerAfterSight, type SeenAuthorizer } from '../../../shared/domain/authorizer-health.ts';
import type { Person } from '../../../shared/domain/person.ts';

describe('the authorizer', () => {
  const person = (change: Partial<Person>) =>
    ({ id: 'a', roles: ['id_full_admin'], loginEnabled: true, ...change }) as Person;
  const reason = (...sights: (Person | 'gone')[]) => {
    let authorizer: SeenAuthorizer | undefined;
    return sights.map((sight) => {
      const seen = authorizerAfterSight(authorizer, 'a', sight);
      ({ authorizer } = seen);
      return seen.events[0]?.facts?.reason;
    });
  };

  it('is reported once for each change', () => {
    const off = person({ loginEnabled: false });
    expect(reason(person({}), off, off, person({}), off)).toEqual([
      undefined,
      'deactivated',
      undefined,
      undefined,
      'deactivated',
    ]);
    expect(reason(person({}), 'gone', 'gone')).toEqual([undefined, 'disappeared', undefined]);
  });

  it('may have a lesser role from the start, but not lose a full one', () => {
    const lesser = person({ roles: ['id_user_admin'] });
    expect(reason(lesser, lesser)).toEqual([undefined, undefined]);
    expect(reason(person({}), lesser, lesser)).toEqual([undefined, 'role_lost', undefined]);
    expect(reason(person({ roles: [] }))).toEqual(['role_lost']);
  });

  it('is another person after another authorization', () => {
    const before = { id: 'b', fullAdmin: true, risk: 'disappeared' as const };
    expect(authorizerAfterSight(before, 'a', person({}))).toEqual({
      authorizer: { id: 'a', fullAdmin: true },
      events: [],
    });
  });
});
