import { expect, it } from 'vitest';
import { readConnection } from '../../support/ports.ts';
import { acmeAdministrator, decide, followLink, getTokens, globexAdministrator, signIn } from './chromium.ts';
import { codesOf, openStackAndPage, useChromium } from './open.ts';

const chromium = useChromium();

it('shows each of two tabs its own result, also after a reload', async () => {
  const { page, context, url, customer, link } = await openStackAndPage(chromium());
  await page.goto(await link(await customer()));
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, acmeAdministrator);
  const second = await context.newPage();
  await second.goto(url);
  await second.getByRole('link', { name: 'GET TOKENS' }).click();
  await second.getByRole('button', { name: 'Accept' }).waitFor();
  await decide(page, 'Accept');
  await decide(second, 'Accept');
  for (const tab of [page, second]) await tab.reload();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Acme Corporation is connected');
  expect(await codesOf(second)).toHaveLength(3);
});

it('connects once if the same link is used in two tabs', async () => {
  const { page, context, customer, link, exchanges } = await openStackAndPage(chromium());
  const address = await link(await customer());
  const second = await context.newPage();
  for (const tab of [page, second]) {
    await tab.goto(address);
    await tab.getByRole('button', { name: 'Connect to Webex' }).click();
    if (tab === page) await signIn(tab, acmeAdministrator);
  }
  await decide(page, 'Accept');
  await decide(second, 'Accept');
  expect(await page.locator('main').textContent()).toContain('is connected');
  expect(await second.locator('main').textContent()).toContain('This link has already been used.');
  expect(exchanges()).toBe(1);
});

it('asks to start again after Back and a second consent, and then gets new tokens', async () => {
  const { page, url, heading, exchanges } = await openStackAndPage(chromium());
  await getTokens(page, url);
  const before = await codesOf(page);
  await page.goBack();
  await decide(page, 'Accept');
  expect(await heading()).toBe('Please start again');
  expect(await codesOf(page)).toEqual([]);
  expect(exchanges()).toBe(1);
  await page.getByRole('link', { name: 'Start again' }).click();
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
  expect(await codesOf(page)).not.toEqual(before);
});

it('asks to start again after Back and a consent with another account, and never shows the first result', async () => {
  const { page, link, customer, ports, heading, text } = await openStackAndPage(chromium());
  const id = await customer();
  await followLink(page, await link(id), globexAdministrator);
  expect(await heading()).toBe('Wrong Webex organization');
  await page.goBack();
  await page.getByRole('link', { name: 'Use another account' }).click();
  await signIn(page, acmeAdministrator);
  await decide(page, 'Accept');
  expect(await heading()).toBe('Please start again');
  expect(await text()).not.toContain('Globex');
  await page.reload();
  expect(await heading()).toBe('Please start again');
  await page.getByRole('link', { name: 'Start again' }).click();
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
  expect((await readConnection(ports.store, id)).state).toBe('active');
});

it('connects after Back from a cancellation', async () => {
  const { page, link, customer, heading } = await openStackAndPage(chromium());
  await page.goto(await link(await customer()));
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, acmeAdministrator);
  await decide(page, 'Deny');
  expect(await heading()).toBe('Authorization cancelled');
  await page.goBack();
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('says that a sign-in was cancelled after Back from the tokens', async () => {
  const { page, url, heading } = await openStackAndPage(chromium());
  await getTokens(page, url);
  await page.goBack();
  await decide(page, 'Deny');
  expect(await heading()).toBe('Authorization cancelled');
  expect(await codesOf(page)).toEqual([]);
});

it('shows the same result when the callback is loaded again, without a second exchange', async () => {
  const { page, url, requests, exchanges } = await openStackAndPage(chromium());
  await getTokens(page, url);
  const before = await codesOf(page);
  const callback = requests.find((address) => address.startsWith(`${url}/callback`))!;
  await page.goto(callback);
  expect(page.url()).toMatch(/\/result\/[\w-]{16}$/);
  expect(await codesOf(page)).toEqual(before);
  expect(exchanges()).toBe(1);
});

it('waits for the result when the callback is reloaded during the exchange', async () => {
  const { page, url, webex, requests, exchanges } = await openStackAndPage(chromium());
  await page.goto(url);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await signIn(page, acmeAdministrator);
  webex.control.settings({ latencyMs: 400 });
  await page.getByRole('button', { name: 'Accept' }).click({ noWaitAfter: true });
  await expect.poll(exchanges).toBe(1);
  await page.goto(requests.find((address) => address.startsWith(`${url}/callback`))!);
  expect(await codesOf(page)).toHaveLength(3);
  expect(exchanges()).toBe(1);
});

it('refuses a sign-in that took longer than ten minutes, and offers to start again', async () => {
  const { page, url, ports, text, exchanges } = await openStackAndPage(chromium());
  await page.goto(url);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await signIn(page, acmeAdministrator);
  ports.clock.advance(10 * 60_000);
  await decide(page, 'Accept');
  expect(await text()).toContain('The sign-in took longer than 10 minutes.');
  expect(exchanges()).toBe(0);
  await page.getByRole('link', { name: 'Try again' }).click();
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
});

it('refuses a sign-in whose cookie is gone, and offers to start again', async () => {
  const { page, context, url, text, exchanges } = await openStackAndPage(chromium());
  await page.goto(url);
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await signIn(page, acmeAdministrator);
  await context.clearCookies({ name: /^__Host-/ });
  await decide(page, 'Accept');
  expect(page.url()).toBe(`${url}/expired`);
  expect(await text()).toContain('Nothing to show here');
  expect(exchanges()).toBe(0);
  await page.getByRole('link', { name: 'Start again' }).click();
  await page.getByRole('link', { name: 'GET TOKENS' }).click();
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
});

it('keeps the cookies of the eight newest sign-ins only', async () => {
  const { page, context, url } = await openStackAndPage(chromium());
  for (let started = 0; started < 12; started++) await page.goto(`${url}/authorize`);
  const names = (await context.cookies(url)).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('__Host-authorization-'))).toHaveLength(8);
  await signIn(page, acmeAdministrator);
  await decide(page, 'Accept');
  expect(await codesOf(page)).toHaveLength(3);
});
