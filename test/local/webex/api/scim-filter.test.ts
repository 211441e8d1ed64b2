import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../../local/webex/api/scim-filter.ts';

const user = {
  userName: 'Ada@acme.example',
  active: true,
  name: { givenName: 'Ada', familyName: 'O"Neil' },
  emails: [
    { value: 'ada@acme.example', type: 'work' },
    { value: 'ada@home.example', type: 'home' },
  ],
  phoneNumbers: [{ type: 'mobile', value: '14170120' }],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'IT' },
  meta: { lastModified: '2026-11-01T00:00:00.000Z' },
};

describe('a filter', () => {
  it.each([
    ['userName eq "ada@ACME.example"', true],
    ['username ne "ada@acme.example"', false],
    ['userName sw "ada"', true],
    ['userName ew "example"', true],
    ['displayName pr', false],
    ['active eq true', true],
    ['name.familyName eq "O\\"Neil"', true],
    ['emails co "home"', true],
    ['emails.type eq "home"', true],
    ['phoneNumbers [ type eq "mobile" and value eq "14170120" ]', true],
    ['emails[type eq "work" and value co "home"]', false],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "it"', true],
    ['meta.lastModified gt "2026-10-31T00:00:00Z"', true],
    ['meta.lastModified ge "2026-11-02T00:00:00Z"', false],
    ['meta.lastModified lt "2026-11-02T00:00:00Z"', true],
    ['meta.lastModified le "2026-10-02T00:00:00Z"', false],
    ['not (active eq true)', false],
    ['active eq false and userName pr or name.givenName eq "ada"', true],
    ['active eq false and (userName pr or name.givenName eq "ada")', false],
  ])('%s holds: %s', (filter, holds) => {
    expect(parseFilter(filter)!(user)).toBe(holds);
  });

  it.each(['', 'userName', 'userName eq', 'userName is "a"', 'userName eq "a" userName', '(userName pr', 'emails[pr'])(
    'cannot be understood: %s',
    (filter) => {
      expect(parseFilter(filter)).toBeUndefined();
    },
  );
});
