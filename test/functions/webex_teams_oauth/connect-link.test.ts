import { expect, it, onTestFinished } from 'vitest';
import { readConnection } from '../../support/ports.ts';
import { acmeAdministrator, acmeMember, decide, followLink, globexAdministrator, signIn } from './chromium.ts';
import { openPage, openStack, openStackAndPage, useChromium } from './open.ts';
import { acme, globex, type Stack } from './stack.ts';

const chromium = useChromium();

it('names the customer and its organization, then stores the tokens in the customer and starts a sync', async () => {
  const { page, customer, link, ports, webex, heading, text, complaints } = await openStackAndPage(chromium());
  const id = await customer();
  const address = await link(id);
  await page.goto(address);
  expect(await heading()).toBe('Connect Acme Corporation to Webex');
  expect(await text()).toContain(acme.id);
  await followLink(page, address);
  expect(await heading()).toBe('Acme Corporation is connected');
  expect(await text()).toMatch(
    /The first sync of its users has started\.[\s\S]*admin@acme\.example[\s\S]*89 days 23:59/,
  );
  const { accessTokens, refreshTokens } = webex.control.tokens(acme.id);
  for (const { value } of [...accessTokens, ...refreshTokens]) expect(await page.content()).not.toContain(value);
  const { state, grant } = await readConnection(ports.store, id);
  expect({ state, by: grant?.authorizer?.email }).toEqual({ state: 'active', by: 'admin@acme.example' });
  expect(ports.messages.map(({ topic, data }) => data.type ?? topic)).toEqual([
    'webex_customer_access.customer.v1.connected',
    'sync-users',
  ]);
  expect(complaints).toEqual([]);
});

it('reconnects a customer', async () => {
  const { page, customer, link, ports, heading } = await openStackAndPage(chromium());
  const id = await customer();
  await followLink(page, await link(id));
  const again = await link(id);
  await page.goto(again);
  expect(await heading()).toBe('Reconnect Acme Corporation to Webex');
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected again');
  expect((await readConnection(ports.store, id)).grant?.serial).toBe(2);
});

it('lets the sign-in pass through other hosts, such as an identity provider', async () => {
  const { page, customer, link, ports, webex, heading, complaints } = await openStackAndPage(chromium());
  // A host that our content security policy does not name.
  const { createServer } = await import('node:http');
  const provider = createServer((request, response) => {
    response.writeHead(302, { location: `${webex.url}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void provider.close());
  const elsewhere = `http://localhost:${(provider.address() as { port: number }).port}`;
  ports.webex.answerNext('authorizeUrl', async (act) => (await act()).replace(webex.url, elsewhere));
  await followLink(page, await link(await customer()));
  expect(await heading()).toBe('Acme Corporation is connected');
  expect(complaints).toEqual([]);
});

it('works after Back from Webex to the link', async () => {
  const { page, customer, link, heading } = await openStackAndPage(chromium());
  const address = await link(await customer());
  await page.goto(address);
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await page.getByLabel('Email address').waitFor();
  await page.goBack();
  expect(page.url()).toBe(address);
  await followLink(page, address);
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('says that the user cancelled at Webex, and lets them try again with the same link', async () => {
  const { page, customer, link, heading, ports } = await openStackAndPage(chromium());
  const id = await customer();
  await page.goto(await link(id));
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, acmeAdministrator);
  await decide(page, 'Deny');
  expect(await heading()).toBe('Authorization cancelled');
  expect((await readConnection(ports.store, id)).state).toBe('absent');
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('refuses an administrator of another organization, names both, and lets the right one try again', async () => {
  const { page, customer, link, heading, text, ports } = await openStackAndPage(chromium());
  const id = await customer();
  await followLink(page, await link(id), globexAdministrator);
  expect(await heading()).toBe('Wrong Webex organization');
  expect(await text()).toContain(`admin@globex.example belongs to the Webex organization Globex (${globex.id})`);
  expect(await text()).toContain(acme.id);
  expect(await readConnection(ports.store, id)).toMatchObject({ state: 'absent' });
  expect(await readConnection(ports.store, id)).not.toHaveProperty('grant');
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await page.getByRole('link', { name: 'Use another account' }).click();
  await signIn(page, acmeAdministrator);
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('refuses a user who is not an administrator, and stores nothing', async () => {
  const { page, customer, link, heading, text, ports } = await openStackAndPage(chromium());
  const id = await customer();
  await followLink(page, await link(id), acmeMember);
  expect(await heading()).toBe('Administrator account needed');
  expect(await text()).toContain('member@acme.example');
  expect(await readConnection(ports.store, id)).not.toHaveProperty('grant');
});

it('refuses a consent that lacks a scope, names the scope, and stores nothing', async () => {
  const { page, customer, link, heading, text, ports } = await openStackAndPage(chromium());
  ports.settings.requiredScopes = [...ports.settings.requiredScopes, 'spark-admin:people_write'];
  ports.webex.answerNext('authorizeUrl', (act, request) => act({ ...request, scopes: request.scopes.slice(0, -1) }));
  const id = await customer();
  await followLink(page, await link(id));
  expect(await heading()).toBe('Some permissions are missing');
  expect(await text()).toContain('did not grant: spark-admin:people_write');
  expect(await readConnection(ports.store, id)).not.toHaveProperty('grant');
});

it('refuses an expired link', async () => {
  const { page, customer, link, ports, text } = await openStackAndPage(chromium());
  const address = await link(await customer());
  ports.clock.advance(15 * 60_000);
  expect((await page.goto(address))?.status()).toBe(410);
  expect(await text()).toContain('This link has expired.');
});

it('completes a sign-in that started before the link expired', async () => {
  const { page, customer, link, ports, heading } = await openStackAndPage(chromium());
  const address = await link(await customer());
  ports.clock.advance(14 * 60_000);
  await page.goto(address);
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, acmeAdministrator);
  ports.clock.advance(5 * 60_000);
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('connects in a second browser although the link was started in a first one', async () => {
  const { stack, page, customer, link, heading, ports } = await openStackAndPage(chromium());
  const id = await customer();
  const address = await link(id);
  const mailApp = await openPage(chromium());
  await mailApp.page.goto(address);
  await mailApp.page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(mailApp.page, acmeAdministrator);
  await followLink(page, address);
  expect(await heading()).toBe('Acme Corporation is connected');
  await decide(mailApp.page, 'Accept');
  expect(await mailApp.text()).toContain('This link has already been used.');
  expect(await connectedEvents(stack, id)).toHaveLength(1);
  expect((await readConnection(ports.store, id)).grant?.serial).toBe(1);
});

it('connects in the first browser after a second one has tried the wrong organization', async () => {
  const { page, customer, link, heading } = await openStackAndPage(chromium());
  const address = await link(await customer());
  const other = await openPage(chromium());
  await page.goto(address);
  await page.getByRole('button', { name: 'Connect to Webex' }).click();
  await signIn(page, acmeAdministrator);
  await followLink(other.page, address, globexAdministrator);
  expect(await other.heading()).toBe('Wrong Webex organization');
  await decide(page, 'Accept');
  expect(await heading()).toBe('Acme Corporation is connected');
});

it('connects once if two browsers finish at the same time', async () => {
  const { stack, visitor } = await openStack();
  const id = await stack.customer();
  const link = await stack.link(id);
  const both = [visitor(), visitor()];
  const callbacks = await Promise.all(both.map((each) => each.consentByLink(link)));
  const visits = await Promise.all(both.map((each, index) => each.comeBack(callbacks[index]!)));
  const texts = visits.map(({ text }) => text).join();
  expect(texts.match(/<h1><bdi>Acme Corporation<\/bdi> is connected/g)).toHaveLength(1);
  expect(await connectedEvents(stack, id)).toHaveLength(1);
});

it('refuses a used link', async () => {
  const { page, customer, link, text } = await openStackAndPage(chromium());
  const address = await link(await customer());
  await followLink(page, address);
  expect((await page.goto(address))?.status()).toBe(410);
  expect(await text()).toContain('This link has already been used.');
});

it('connects although the sync’s message cannot be sent: the scheduled pass sends it later', async () => {
  const { page, customer, link, ports, heading, text } = await openStackAndPage(chromium());
  ports.queue.failNext('publish', new Error('The queue is down.'), { times: 'always' });
  await followLink(page, await link(await customer()));
  expect(await heading()).toBe('Acme Corporation is connected');
  expect(await text()).toContain('sync of its users has started');
});

/** The `connected` events of the customer's history. */
async function connectedEvents({ ports }: Stack, customerId: string) {
  const events = await ports.store.query<{ type: string }>({ collection: `customers/${customerId}/events`, limit: 50 });
  return events.filter(({ data }) => data.type === 'connected');
}
