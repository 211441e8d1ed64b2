import { describe, expect, it } from 'vitest';
import { readWithToken } from '../../../../functions/customers/api/page-token.ts';
import { maxPageTokenLength } from '../../../../functions/customers/schemas/queries.ts';
import { maxNameKeyBytes } from '../../../../shared/domain/customer.ts';
import { testPorts } from '../../../support/ports.ts';

const { sealer } = testPorts({ url: 'http://127.0.0.1:1' });
type Query = { page_token?: string; [filter: string]: unknown };
const query: Query = { page_size: 10, state: 'active' };
const position = { value: 'acme', id: '0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10' };
/** Reads the page that the query asks for, which has nothing but the place where it starts. */
const read = (list: string, asked: Query, next?: object) =>
  readWithToken(sealer, list, asked, async (after?: object) => ({ after, ...(next && { next }) }));
const open = async (list: string, asked: Query) => (await read(list, asked)).after;
const tokenTo = async (next: object) => (await read('customers', query, next)).nextPageToken!;

describe('a page token', () => {
  it('opens to its position, whatever the page size', async () => {
    const page_token = await tokenTo(position);
    expect(await open('customers', { ...query, page_size: 5, page_token })).toEqual(position);
  });

  it('is absent on the first page', async () => {
    expect(await open('customers', query)).toBeUndefined();
  });

  it('is null on the last page', async () => {
    expect((await read('customers', query)).nextPageToken).toBeNull();
  });

  it.each([
    ['another list', 'users', query],
    ['other filters', 'customers', { ...query, state: 'absent' }],
    ['no filters', 'customers', { page_size: 10 }],
  ])('is refused for %s', async (_, list, other) => {
    const page_token = await tokenTo(position);
    const refused = open(list, { ...other, page_token });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it.each(['x', '', 'a.b.c.d.e', '😀'])('is refused where it is %j', async (page_token) => {
    await expect(open('customers', { ...query, page_token })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });

  it.each(['a', '"', '\\', 'é', '\ufdfa', '😀'])(
    'fits into a request, with the longest key of %j',
    async (character) => {
      const value = character.repeat(Math.floor(maxNameKeyBytes / Buffer.byteLength(character)));
      const token = await tokenTo({ value, id: 'x'.repeat(200) });
      expect(token.length).toBeLessThanOrEqual(maxPageTokenLength);
    },
  );
});
