import { describe, expect, it } from 'vitest';
import { nextCursor, pageUrl } from '../../../../shared/adapters/webex/next-page.ts';

const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the cursor of the next page', () => {
  const people = 'https://webexapis.com/v1/people';
  it.each([
    [undefined, undefined],
    ['', undefined],
    [`<${people}?cursor=a>; rel="prev"`, undefined],
    [`<${people}?max=100&cursor=a&orgId=x>; rel="next"`, 'cursor=a'],
    [`<${people}?cursor=a>; rel=next`, 'cursor=a'],
    [`<${people}?cursor=a>; rel='next'`, 'cursor=a'],
    [`<${people}?cursor=a>;title="x"; REL="last Next"`, 'cursor=a'],
    [`<${people}?cursor=p>; rel="prev", <${people}?cursor=n>; rel="next"`, 'cursor=n'],
    [`<${people}?cursor=a,b>; rel="next"`, 'cursor=a%2Cb'],
    [`<${people}?max=null&after=5&before=7#part>; rel="next"`, 'after=5&before=7'],
    // Addresses that are not followed: only what comes after the question mark is used.
    [`<https,https://webexapis.com/v1/people?cursor=a>; rel="next"`, 'cursor=a'],
    [`<http://webexapis.com/v1/people/?cursor=a>; rel="next"`, 'cursor=a'],
    [`<//evil.example/steal?cursor=a>; rel="next"`, 'cursor=a'],
    [`<?cursor=a>; rel="next"`, 'cursor=a'],
    [`<${people}?max=100>; rel="next"`, 'webex_unexpected'],
    [`<${people}>; rel="next"`, 'webex_unexpected'],
    [`${people}?cursor=a; rel="next"`, 'webex_unavailable'],
    [`<${people}?cursor=a; rel="next"`, 'webex_unavailable'],
  ])('in %s is %s', (header, expected) => {
    expect(codeOf(() => nextCursor(header))).toBe(expected);
  });

  it("leads to our own address with our own parameters, whatever the link's said", () => {
    const query = { orgId: 'o', max: '500', excludeStatus: 'true' };
    expect(pageUrl(people, query)).toBe(`${people}?orgId=o&max=500&excludeStatus=true`);
    const url = pageUrl(people, query, 'cursor=a%2Cb&callingData=true&orgId=other');
    expect(url).toBe(`${people}?cursor=a%2Cb&callingData=true&orgId=o&max=500&excludeStatus=true`);
  });
});
