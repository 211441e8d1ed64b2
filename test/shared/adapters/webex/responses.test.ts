import { describe, expect, it } from 'vitest';
import {
  toItems,
  toLicense,
  toNotFoundIds,
  toOrganization,
  toPerson,
  toRole,
  toTotal,
  type WebexResponse,
} from '../../../../shared/adapters/webex/responses.ts';

const uuid = '8f2c4a6e-1b3d-4f5a-9c7e-0a1b2c3d4e5f';
const person = Buffer.from(`ciscospark://us/PEOPLE/${uuid}`).toString('base64url');
const organization = Buffer.from(`ciscospark://us/ORGANIZATION/${uuid}`).toString('base64');
const response = (body: unknown): WebexResponse => ({
  status: 200,
  sentTrackingId: 't',
  body,
  header: () => undefined,
});
const outage = expect.objectContaining({ code: 'webex_unavailable' });
const empty = { emails: [], phoneNumbers: [], sipAddresses: [], licenses: [], roles: [] };

describe('a list', () => {
  it('gives its items as objects', () => {
    expect(toItems(response({ items: [{ id: 1 }, null, 'x'] }))).toEqual([{ id: 1 }, {}, {}]);
  });

  it.each([undefined, null, [], {}, { items: null }, { items: 'x' }, '<html>'])(
    'without items is an outage: %o',
    (body) => {
      expect(() => toItems(response(body))).toThrow(outage);
    },
  );
});

describe('a person', () => {
  it('is read field by field, with bare ids and flags of either form', () => {
    const item = {
      id: person,
      orgId: organization,
      emails: ['a@acme.example', '', 7],
      displayName: 'A',
      phoneNumbers: [{ type: 'work', value: '+49 30' }, { type: 'mobile' }, null],
      sipAddresses: 'none',
      loginEnabled: 'true',
      invitePending: false,
      title: '',
      nickName: 7,
      unknown: 'x',
    };
    expect(toPerson(item)).toEqual({
      ...empty,
      id: uuid,
      orgId: uuid,
      emails: ['a@acme.example'],
      displayName: 'A',
      phoneNumbers: ['+49 30'],
      loginEnabled: true,
      invitePending: false,
    });
  });

  it.each([
    [{ loginEnabled: 'yes' }, {}],
    [{ loginEnabled: 'false' }, { loginEnabled: false }],
    [{ loginEnabled: null }, {}],
    [{ displayName: 'a\ud83d' }, { displayName: 'a\ufffd' }],
    [{ orgId: uuid.toUpperCase() }, { orgId: uuid }],
  ])('with %o has %o', (field, expected) => {
    expect(toPerson({ id: person, ...field })).toEqual({ ...empty, id: uuid, ...expected });
  });

  it.each([undefined, null, '', 7, {}])('with the id %o is left out', (id) => {
    expect(toPerson({ id })).toBeUndefined();
  });
});

describe('other responses', () => {
  it('give licenses and roles, whose names may be missing', () => {
    const license = { id: 'l', name: 'Meetings', totalUnits: 5, consumedUnits: null };
    expect(toLicense(license)).toEqual({ id: 'l', name: 'Meetings', totalUnits: 5 });
    expect(toLicense({ name: 'Meetings' })).toBeUndefined();
    expect([toRole({ id: 'r' }), toRole({})]).toEqual([{ id: 'r', name: 'r' }, undefined]);
  });

  it('give the organization, and the people who do not exist', () => {
    expect(toOrganization(response({ id: organization }))).toEqual({ id: uuid, displayName: uuid });
    expect(() => toOrganization(response({ displayName: 'Acme' }))).toThrow(outage);
    expect(toNotFoundIds(response({ notFoundIds: [person, null] }))).toEqual([uuid]);
    expect(toNotFoundIds(response({ notFoundIds: null }))).toEqual([]);
  });

  it('give a total', () => {
    expect(toTotal(response({ totalResults: 12 }))).toBe(12);
    expect(toTotal(response({ totalResults: '12' }))).toBe(12);
    for (const totalResults of [undefined, '', 'many', '-1', null]) {
      expect(() => toTotal(response({ totalResults }))).toThrow(outage);
    }
  });
});
