import { expect, it } from 'vitest';
import type { PageFault } from '../../../../local/webex/faults/rules.ts';
import { webexForTest } from '../fixture.ts';

it.each(['cursor', 'after', 'before'] as const)(
  'keeps the parameters in a next link to the host that the client used, with the position in %s',
  async (pageLink) => {
    const { get, scan, url, control } = await webexForTest();
    control.settings({ pageLink });
    const local = url.replace('127.0.0.1', 'localhost');
    const link = new URL((await get(`${local}/v1/people?max=10&excludeStatus=true`)).next!);
    expect(link.origin).toBe(local);
    expect(Object.fromEntries(link.searchParams)).toEqual({
      max: '10',
      excludeStatus: 'true',
      [pageLink]: expect.stringMatching(/^[\w-]+$/),
    });
    const ids = (await scan('/v1/people?max=100')).flatMap(({ body }) => body.items.map(({ id }) => id));
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
  },
);

it.each<[PageFault, number[]]>([
  ['short', [100, 50, 100]],
  ['empty-with-next', [100, 0, 100, 50]],
  ['duplicate', [100, 100, 51]],
  ['no-next', [100, 100]],
  ['dropped-parameters', [100, 100, 50]],
])('spoils a page: %s', async (page, sizes) => {
  const { control, scan } = await webexForTest();
  control.faults({ match: { path: '/people$', nth: 2 }, fault: { page } });
  const pages = await scan('/v1/people?max=100&excludeStatus=true');
  expect(pages.slice(0, sizes.length).map(({ body }) => body.items.length)).toEqual(sizes);
  const ids = pages.flatMap(({ body }) => body.items.map(({ id }) => id));
  expect(new Set(ids).size).toBe(page === 'no-next' ? 200 : 250);
});

it('gives a next link that Webex refuses, one to a stranger, and one back to the page itself', async () => {
  const { control, get } = await webexForTest();
  control.faults({ fault: { page: 'max-null' } });
  const { next: refused } = await get('/v1/people?max=10');
  expect((await get(refused!)).status).toBe(400);
  expect((await get(refused!.replace('max=null', 'max=10'))).body.items).toHaveLength(10);

  control.faults({ fault: { page: 'foreign-link' } });
  expect(new URL((await get('/v1/people?max=10')).next!).host).toBe('people.invalid');

  control.faults({ times: 'always', fault: { page: 'loop' } });
  const { next } = await get('/v1/people?max=10');
  expect((await get(next!)).next).toBe(next);
});
