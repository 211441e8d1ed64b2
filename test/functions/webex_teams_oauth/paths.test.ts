import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { WebexOptions } from '../../../local/webex/server.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Ports } from '../../../shared/ports.ts';
import { readConnection } from '../../support/ports.ts';
import {
  acmeAdministrator,
  acmeMember,
  decide,
  followLink,
  freshContext,
  getTokens,
  globexAdministrator,
  launch,
  signIn,
} from './chromium.ts';
import { acme, globex, startStack } from './stack.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function open(options: WebexOptions = {}) {
  const stack = await startStack(options);
  const watched = await freshContext(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  onTestFinished(async () => {
    await watched.context.close();
    await stack.close();
  });
  const { page } = watched;
  const heading = () => page.getByRole('heading', { level: 1 }).textContent();
  const text = () => page.locator('main').textContent();
  const exchanges = () => stack.webex.control.stats().requests['POST /v1/access_token'] ?? 0;
  return { ...stack, ...watched, heading, text, exchanges };
}

/** The tokens of the page, shown or not. */
const codes = (page: Awaited<ReturnType<typeof open>>['page']) => page.locator('code').allTextContents();

describe('by hand', () => {
  it('shows organization, tokens and how long they live; each can be shown and copied by itself', async () => {
    const { page, url, webex, complaints } = await open();
    await getTokens(page, url);
    expect(await page.title()).toContain('Webex Teams Access Token Management for VOSS4UC');
    expect(await page.locator('.facts').textContent()).toMatch(
      /Acme Corporation\s*Authorized by\s*admin@acme\.example/,
    );
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

  it('counts the lives of the tokens down by the clock of the server, whatever the browser believes', async () => {
    const { page, context, url } = await open();
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

  it('gets fresh tokens by GET TOKENS again, without a second sign-in', async () => {
    const { page, url } = await open();
    await getTokens(page, url);
    const before = await codes(page);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await decide(page, 'Accept');
    const after = await codes(page);
    expect(after).toHaveLength(3);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('shows tokens of any length, which no cookie could carry', async () => {
    const { page, url, ports } = await open();
    const long = (name: string) => new Secret(`${name}.${'x'.repeat(6000)}`);
    lengthen(ports, long('access'), long('refresh'));
    await getTokens(page, url);
    expect((await codes(page)).slice(1)).toEqual([long('access').reveal(), long('refresh').reveal()]);
    await page.locator('details:has(#access) summary').click();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('says what tokens of somebody who is no administrator lack', async () => {
    const { page, url, text } = await open();
    await getTokens(page, url, acmeMember);
    expect(await text()).toContain('member@acme.example');
    expect(await text()).toContain('who is not an administrator there');
  });

  it('tells of a cancellation at Webex and tries again', async () => {
    const { page, url, heading } = await open();
    await page.goto(url);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await signIn(page, acmeAdministrator);
    await decide(page, 'Deny');
    expect(await heading()).toBe('Cancelled');
    await page.getByRole('link', { name: 'Try again' }).click();
    await decide(page, 'Accept');
    expect(await codes(page)).toHaveLength(3);
  });

  it('forgets the tokens when told to: neither reload nor the back button brings them back', async () => {
    const { page, url } = await open();
    await getTokens(page, url);
    const result = page.url();
    await page.getByRole('button', { name: 'Clear this page' }).click();
    await page.waitForURL(url);
    await page.goBack();
    expect(await codes(page)).toEqual([]);
    await page.goto(result);
    expect(await page.locator('main').textContent()).toContain('Nothing to show');
  });

  it('forgets the tokens after ten minutes', async () => {
    const { page, url, ports } = await open();
    await getTokens(page, url);
    ports.clock.advance(9 * 60_000);
    await page.reload();
    expect(await codes(page)).toHaveLength(3);
    ports.clock.advance(61_000);
    await page.reload();
    expect(await codes(page)).toEqual([]);
  });

  it('says that Webex cannot be reached, and goes on when it can', async () => {
    const { page, url, webex, heading, ports } = await open();
    webex.control.faults({ match: { path: 'access_token' }, fault: { status: 503 } });
    await getTokens(page, url);
    expect(await heading()).toBe('Webex cannot be reached');
    expect(ports.lines.at(-1)).toMatchObject({
      level: 'error',
      event: 'authorization_failed',
      code: 'webex_unavailable',
    });
    webex.control.clearFaults();
    await page.getByRole('link', { name: 'Try again' }).click();
    await decide(page, 'Accept');
    expect(await codes(page)).toHaveLength(3);
  });
});

/** Lets Webex give these tokens, and know them again. */
function lengthen(ports: Ports, access: Secret, refresh: Secret): void {
  const webex = { ...ports.webex };
  let real: Secret;
  Object.assign(ports.webex, {
    async exchangeCode(request: Parameters<typeof webex.exchangeCode>[0]) {
      const pair = await webex.exchangeCode(request);
      real = pair.accessToken;
      return { ...pair, accessToken: access, refreshToken: refresh };
    },
    me: () => webex.me({ accessToken: real }),
    organization: (_: unknown, id: string) => webex.organization({ accessToken: real }, id),
  });
}

describe('by a connect link', () => {
  it('names customer and organization, then puts the tokens straight into the customer and starts a sync', async () => {
    const { page, customer, link, ports, webex, heading, text, complaints } = await open();
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

  it('reconnects a customer the same way', async () => {
    const { page, customer, link, ports, heading } = await open();
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

  it('passes through as many hosts of a sign-in as Webex has', async () => {
    const { page, customer, link, ports, webex, heading, complaints } = await open();
    // Webex's own sign-in, or the customer's identity provider, on a host that no policy of ours names.
    const { createServer } = await import('node:http');
    const provider = createServer((request, response) => {
      response.writeHead(302, { location: `${webex.url}${request.url}` }).end();
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void provider.close());
    const elsewhere = `http://localhost:${(provider.address() as { port: number }).port}`;
    const { authorizeUrl } = ports.webex;
    ports.webex.authorizeUrl = async (request) => (await authorizeUrl(request)).replace(webex.url, elsewhere);
    await followLink(page, await link(await customer()));
    expect(await heading()).toBe('Acme Corporation is connected');
    expect(complaints).toEqual([]);
  });

  it('goes back from Webex to the link, and on again', async () => {
    const { page, customer, link, heading } = await open();
    const address = await link(await customer());
    await page.goto(address);
    await page.getByRole('button', { name: 'Connect to Webex' }).click();
    await page.getByLabel('Email address').waitFor();
    await page.goBack();
    expect(page.url()).toBe(address);
    await followLink(page, address);
    expect(await heading()).toBe('Acme Corporation is connected');
  });

  it('tells of a cancellation at Webex and tries again with the same link', async () => {
    const { page, customer, link, heading, ports } = await open();
    const id = await customer();
    await page.goto(await link(id));
    await page.getByRole('button', { name: 'Connect to Webex' }).click();
    await signIn(page, acmeAdministrator);
    await decide(page, 'Deny');
    expect(await heading()).toBe('Cancelled');
    expect((await readConnection(ports.store, id)).state).toBe('absent');
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Connect to Webex' }).click();
    await decide(page, 'Accept');
    expect(await heading()).toBe('Acme Corporation is connected');
  });

  it('refuses another organization, naming both, and lets the right one try again', async () => {
    const { page, customer, link, heading, text, ports } = await open();
    const id = await customer();
    await followLink(page, await link(id), globexAdministrator);
    expect(await heading()).toBe('That is another organization');
    expect(await text()).toContain(`admin@globex.example of Globex (${globex.id})`);
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

  it('refuses somebody who is no administrator, and stores nothing', async () => {
    const { page, customer, link, heading, text, ports } = await open();
    const id = await customer();
    await followLink(page, await link(id), acmeMember);
    expect(await heading()).toBe('An administrator is needed');
    expect(await text()).toContain('member@acme.example');
    expect(await readConnection(ports.store, id)).not.toHaveProperty('grant');
  });

  it('refuses a consent without all scopes, naming what is missing, and stores nothing', async () => {
    const { page, customer, link, heading, text, ports } = await open();
    ports.settings.requiredScopes = [...ports.settings.requiredScopes, 'spark-admin:people_write'];
    const { authorizeUrl } = ports.webex;
    ports.webex.authorizeUrl = (request) => authorizeUrl({ ...request, scopes: request.scopes.slice(0, -1) });
    const id = await customer();
    await followLink(page, await link(id));
    expect(await heading()).toBe('Some access is missing');
    expect(await text()).toContain('lacks: spark-admin:people_write');
    expect(await readConnection(ports.store, id)).not.toHaveProperty('grant');
  });

  it('does not open a link that has expired', async () => {
    const { page, customer, link, ports, text } = await open();
    const address = await link(await customer());
    ports.clock.advance(15 * 60_000);
    expect((await page.goto(address))?.status()).toBe(410);
    expect(await text()).toContain('This link has expired.');
  });

  it('ends what began just before the link expired', async () => {
    const { page, customer, link, ports, heading } = await open();
    const address = await link(await customer());
    ports.clock.advance(14 * 60_000);
    await page.goto(address);
    await page.getByRole('button', { name: 'Connect to Webex' }).click();
    await signIn(page, acmeAdministrator);
    ports.clock.advance(5 * 60_000);
    await decide(page, 'Accept');
    expect(await heading()).toBe('Acme Corporation is connected');
  });

  it('does not open a link that has been used', async () => {
    const { page, customer, link, text } = await open();
    const address = await link(await customer());
    await followLink(page, address);
    expect((await page.goto(address))?.status()).toBe(410);
    expect(await text()).toContain('This link has been used.');
  });

  it('says that a customer is connected, and its sync is on its way, where the message cannot be sent', async () => {
    const { page, customer, link, ports, heading, text } = await open();
    ports.queue.publish = async () => {
      throw new Error('the queue is down');
    };
    await followLink(page, await link(await customer()));
    expect(await heading()).toBe('Acme Corporation is connected');
    expect(await text()).toContain('sync of its users has started');
  });
});

describe('whatever a browser does', () => {
  it('keeps two tabs apart: each shows its own outcome, also after a reload', async () => {
    const { page, context, url, customer, link } = await open();
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
    expect(await codes(second)).toHaveLength(3);
  });

  it('connects once when one link is open in two tabs', async () => {
    const { page, context, customer, link, exchanges } = await open();
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
    expect(await second.locator('main').textContent()).toContain('This link has been used.');
    expect(exchanges()).toBe(1);
  });

  it('goes back to Webex and to the start, and shows the same outcome for a consent given twice', async () => {
    const { page, url, exchanges } = await open();
    await getTokens(page, url);
    const before = await codes(page);
    await page.goBack();
    await decide(page, 'Accept');
    expect(await codes(page)).toEqual(before);
    expect(exchanges()).toBe(1);
    while (page.url() !== url) await page.goBack();
    await page.goForward();
    await page.goto(url);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await decide(page, 'Accept');
    expect(await codes(page)).not.toEqual(before);
  });

  it('shows the outcome again when the callback is loaded again, and exchanges nothing', async () => {
    const { page, url, requests, exchanges } = await open();
    await getTokens(page, url);
    const before = await codes(page);
    const callback = requests.find((address) => address.startsWith(`${url}/callback`))!;
    await page.goto(callback);
    expect(page.url()).toMatch(/\/result\/[\w-]{16}$/);
    expect(await codes(page)).toEqual(before);
    expect(exchanges()).toBe(1);
  });

  it('waits for the outcome when the callback is reloaded while Webex is still being asked', async () => {
    const { page, url, webex, requests, exchanges } = await open();
    await page.goto(url);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await signIn(page, acmeAdministrator);
    webex.control.settings({ latencyMs: 400 });
    await page.getByRole('button', { name: 'Accept' }).click({ noWaitAfter: true });
    await expect.poll(exchanges).toBe(1);
    await page.goto(requests.find((address) => address.startsWith(`${url}/callback`))!);
    expect(await codes(page)).toHaveLength(3);
    expect(exchanges()).toBe(1);
  });

  it('refuses a sign-in that outlasts its ten minutes, and begins anew', async () => {
    const { page, url, ports, text, exchanges } = await open();
    await page.goto(url);
    await page.getByRole('link', { name: 'GET TOKENS' }).click();
    await signIn(page, acmeAdministrator);
    ports.clock.advance(10 * 60_000);
    await decide(page, 'Accept');
    expect(await text()).toContain('Signing in took longer than 10 minutes.');
    expect(exchanges()).toBe(0);
    await page.getByRole('link', { name: 'Try again' }).click();
    await decide(page, 'Accept');
    expect(await codes(page)).toHaveLength(3);
  });

  it('refuses a sign-in that outlasts its cookie, and begins anew', async () => {
    const { page, context, url, text, exchanges } = await open();
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
    expect(await codes(page)).toHaveLength(3);
  });

  it('keeps the newest eight sign-ins, however many are begun', async () => {
    const { page, context, url } = await open();
    for (let begun = 0; begun < 12; begun++) await page.goto(`${url}/authorize`);
    const names = (await context.cookies(url)).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('__Host-authorization-'))).toHaveLength(8);
    await signIn(page, acmeAdministrator);
    await decide(page, 'Accept');
    expect(await codes(page)).toHaveLength(3);
  });
});
