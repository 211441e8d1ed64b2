import { describe, expect, it } from 'vitest';
import { bareId, organizationUuid, webexId } from '../../../shared/domain/webex-id.ts';

const uuid = '8f2c4a6e-1b3d-4f5a-9c7e-0a1b2c3d4e5f';
const encode = (uri: string, encoding: BufferEncoding = 'base64url') => Buffer.from(uri).toString(encoding);

describe('the bare id', () => {
  it.each([
    ['unpadded base64url', webexId('PEOPLE', uuid), uuid],
    ['padded base64', encode(`ciscospark://us/PEOPLE/${uuid}`, 'base64'), uuid],
    ['an address', `ciscospark://us/ORGANIZATION/${uuid}`, uuid],
    ['another region', encode(`ciscospark://eu-central/PEOPLE/${uuid}`), uuid],
    ['capital letters', encode(`ciscospark://us/PEOPLE/${uuid.toUpperCase()}`), uuid],
    ['a bare UUID', uuid.toUpperCase(), uuid],
    ['a role', encode('ciscospark://us/ROLE/id_full_admin'), 'id_full_admin'],
    ['a nested id', encode(`ciscospark://us/LICENSE/${uuid}/MS_1`), 'MS_1'],
    ['text that is none', 'admin@acme.example', 'admin@acme.example'],
    ['no text', '', ''],
  ])('is read from %s', (_what, id, expected) => {
    expect(bareId(id)).toBe(expected);
  });
});

describe('an account number', () => {
  it.each([
    uuid,
    ` ${uuid}\n`,
    uuid.toUpperCase(),
    webexId('ORGANIZATION', uuid),
    `ciscospark://us/ORGANIZATION/${uuid}`,
  ])('names the organization: %s', (accountNumber) => {
    expect(organizationUuid(accountNumber)).toBe(uuid);
  });

  it.each(['', '12345', uuid.slice(1), `${uuid}0`, webexId('ORGANIZATION', 'acme')])(
    'names none: %s',
    (accountNumber) => {
      expect(organizationUuid(accountNumber)).toBeUndefined();
    },
  );
});
