import { expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import type { TestPorts } from '../../support/ports.ts';
import { acmeAdministrator, acmeMember, decide, getTokens, signIn } from './chromium.ts';
import { codesOf, openStackAndPage, useChromium } from './open.ts';
import { acme } from './stack.ts';

const chromium = useChromium();

it('shows the organization, the tokens and when they expire; each can be shown and copied separately', async () => {
  const { page, url, webex, complaints } = await openStackAndPage(chromium());
  await getTokens(page, url);
  expect(await page.title()).toContain('Webex Teams Access Token Management for VOSS4UC');
  expect(await page.locator('.facts').textContent()).toMatch(/Acme Corporation\s*Authorized by\s*admin@acme\.example/);
  const { accessTokens, refreshTokens } = webex.control.tokens(acme.id);
  const expected = {
    'Organization ID': acme.id,
    'Access Token': accessTokens[0]!.value,
    'Refresh Access Token': refreshTokens[0]!.value,
  };
  for (const [label, value] of Object.entries(expected)) {
    await page.getByRole('button', { name: `Copy ${label}`, exact: true }).click();
    await page.getByRole('status').getByText(`${label} copied.`).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
  }
  const token = page.locator('#access');
  expect(await token.isVisible()).toBe(false);
  await page.locator('details:has(#access) summary').click();
  expect(await token.textContent()).toBe(expected['Access Token']);
  await page.locator('details:has(#access) summary').click();
  expect(await token.isVisible()).toBe(false);
  expect(complaints).toEqual([]);
});

it('counts down by the server’s clock, not the browser’s', async () => {
  const { page, context, url } = await openStackAndPage(chromium());
  await context.clock.install({ time: new Date('2031-01-01T00:00:00Z') });
  await getTokens(page, url);
  const times = page.locator('time');
  expect(await times.allTextContents()).toEqual([
    expect.stringMatching(/^13 days 23:59:5\d$/),
    expect.stringMatching(/^89 days 23:59:5\d$/),
  ]);
  await context.clock.fastForward('25:00:00');
  expect(await times.first().textContent()).toMatch(/^12 days 22:59:\d\d$/);
  await context.clock.fastForward(12 * 86_400_000 + 22 * 3_600_000);
  expect(await times.first().textContent()).toMatch(/^00:59:\d\d$/);
  await context.clock.fastForward(3_600_000);
  expect(await times.first().textContent()).toBe('00:00:00');
});

it('gets new tokens when GET TOKENS is used again, without a second sign-in', async () => {
  const { page, url } = await openStackAndPage(chromium());
  await getTokens(page, url);
  const before = await codesOf(page);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await decide(page, 'Accept');
  const after = await codesOf(page);
  expect(after).toHaveLength(3);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

it('shows tokens that are too long for a cookie', async () => {
  const { page, url, ports } = await openStackAndPage(chromium());
  const long = (name: string) => new Secret(`${name}.${'x'.repeat(6000)}`);
  lengthen(ports, long('access'), long('refresh'));
  await getTokens(page, url);
  expect((await codesOf(page)).slice(1)).toEqual([long('access').reveal(), long('refresh').reveal()]);
  await page.locator('details:has(#access) summary').click();
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
});

it('says that the tokens of a user who is not an administrator cannot connect a customer', async () => {
  const { page, url, text } = await openStackAndPage(chromium());
  await getTokens(page, url, acmeMember);
  expect(await text()).toContain('member@acme.example');
  expect(await text()).toContain('is not an administrator of');
});

it('says that the user cancelled at Webex, and lets them try again', async () => {
  const { page, url, heading } = await openStackAndPage(chromium());
  await page.goto(url);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await signIn(page, acmeAdministrator);
  await decide(page, 'Deny');
  expect(await heading()).toBe('Authorization cancelled');
  await page.getByRole('link', { name: 'Try again' }).click();
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
});

it('deletes the tokens on Clear this page: neither Back nor the address shows them again', async () => {
  const { page, url } = await openStackAndPage(chromium());
  await getTokens(page, url);
  const result = page.url();
  await page.getByRole('button', { name: 'Clear this page' }).click();
  await page.waitForURL(url);
  await page.goBack();
  expect(await codesOf(page)).toEqual([]);
  await page.goto(result);
  expect(await page.locator('main').textContent()).toContain('Nothing to show');
});

it('deletes the tokens after ten minutes', async () => {
  const { page, url, ports } = await openStackAndPage(chromium());
  await getTokens(page, url);
  ports.clock.advance(9 * 60_000);
  await page.reload();
  expect(await codesOf(page)).toHaveLength(3);
  ports.clock.advance(61_000);
  await page.reload();
  expect(await codesOf(page)).toEqual([]);
});

it('says that Webex cannot be reached, and works again when it can', async () => {
  const { page, url, webex, heading, ports } = await openStackAndPage(chromium());
  webex.control.faults({ match: { path: 'access_token' }, fault: { status: 503 } });
  await getTokens(page, url);
  expect(await heading()).toBe('Webex cannot be reached');
  expect(ports.lines.at(-1)).toMatchObject({
    level: 'warn',
    event: 'authorization_failed',
    code: 'webex_unavailable',
  });
  webex.control.clearFaults();
  await page.getByRole('link', { name: 'Try again' }).click();
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
});

it('shows the tokens of an unknown organization while Webex cannot confirm their owner', async () => {
  const { page, url, webex, text, ports } = await openStackAndPage(chromium());
  webex.control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times: 'always' });
  await getTokens(page, url);
  expect(await codesOf(page)).toHaveLength(2);
  expect(await text()).toContain('Webex cannot say at the moment which organization these tokens belong to.');
  expect(ports.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(ports.lines).toContainEqual(
    expect.objectContaining({ event: 'authorization_failed', code: 'webex_unavailable' }),
  );
});

/** Makes Webex issue these tokens and accept them. */
function lengthen({ webex }: TestPorts, access: Secret, refresh: Secret): void {
  let real: Secret;
  webex.answerNext('exchangeCode', async (act) => {
    const pair = await act();
    real = pair.accessToken;
    return { ...pair, accessToken: access, refreshToken: refresh };
  });
  webex.answerNext('me', (act) => act({ accessToken: real }), { times: 'always' });
  webex.answerNext('organization', (act, _, id) => act({ accessToken: real }, id), { times: 'always' });
}

it('says that a fault is on our side, without its details', async () => {
  const { page, url, heading, text, ports } = await openStackAndPage(chromium());
  ports.store.failNext('commit', storeUnavailable(), { times: 'always' });
  await getTokens(page, url);
  expect(await heading()).toBe('The sign-in was not completed');
  ports.store.failNext('get', storeUnavailable());
  await page.reload();
  expect(await heading()).toBe('Something went wrong');
  expect(await text()).toContain('This is a fault on our side. Try again in a few minutes.');
  expect(await text()).not.toContain('store');
});
