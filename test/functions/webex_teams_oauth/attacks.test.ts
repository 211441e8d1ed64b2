/** The attack table of SECURITY.md: every row is the title of a test here, and the other way round. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { authorize } from '../../../local/webex/authorize.ts';
import { readConnection } from '../../support/ports.ts';
import { acmeAdministrator, followLink, freshContext, getTokens, globexAdministrator, launch } from './chromium.ts';
import { acme, startStack } from './stack.ts';
import { Visitor } from './visitor.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function open(organizations?: Parameters<typeof startStack>[0]) {
  const stack = await startStack(organizations);
  onTestFinished(() => stack.close());
  const exchanges = () => stack.webex.control.stats().requests['POST /v1/access_token'] ?? 0;
  return { ...stack, stack, exchanges, visitor: () => new Visitor(stack) };
}

async function openBrowser(stack: Awaited<ReturnType<typeof startStack>>) {
  const watched = await freshContext(browser);
  onTestFinished(() => watched.context.close());
  return { ...stack, ...watched };
}

/** A site of the attacker's. */
async function site(html: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const script = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';

const attacks: Record<string, () => Promise<void>> = {
  async 'Login CSRF: a code of the attacker in the browser of a victim'() {
    const { visitor, exchanges, ports } = await open();
    const callback = await visitor().consent(globexAdministrator);
    const victim = visitor();
    await victim.visit('/authorize');
    const { location } = await victim.visit(callback.href);
    expect(location).toMatch(/\/expired$/);
    expect(exchanges()).toBe(0);
    expect(await ports.store.query({ collection: 'used_states', limit: 10 })).toEqual([]);
  },

  async 'Replayed code: the callback loaded again, or the code under another state'() {
    const { visitor, exchanges } = await open();
    const honest = visitor();
    const callback = await honest.consent();
    const first = await honest.comeBack(callback);
    expect((await honest.comeBack(callback)).text.match(/<code.*/g)).toEqual(first.text.match(/<code.*/g));
    expect(exchanges()).toBe(1);
    const other = await honest.consent();
    other.searchParams.set('code', callback.searchParams.get('code')!);
    expect((await honest.comeBack(other)).text).toContain('Webex does not accept the code');
  },

  async 'Replayed state: another code for a state that was used'() {
    const { visitor, exchanges } = await open();
    const honest = visitor();
    const used = await honest.consent();
    const { text } = await honest.comeBack(used);
    used.searchParams.set('code', (await visitor().consent(globexAdministrator)).searchParams.get('code')!);
    const again = await honest.comeBack(used);
    expect(again.text.match(/<code.*/g)).toEqual(text.match(/<code.*/g));
    expect(exchanges()).toBe(1);
  },

  async 'Many callbacks at once: a race for one state'() {
    const { visitor, exchanges } = await open();
    const honest = visitor();
    const callback = await honest.consent();
    const pages = await Promise.all(Array.from({ length: 8 }, () => honest.comeBack(callback)));
    expect(exchanges()).toBe(1);
    expect(new Set(pages.map(({ text }) => text.match(/id="access">[^<]+/)?.[0])).size).toBe(1);
  },

  async 'An error before its state: a forged refusal ends somebody’s sign-in'() {
    const { visitor } = await open();
    const honest = visitor();
    const callback = await honest.consent();
    for (const query of [
      'error=access_denied',
      `error=access_denied&state=${'x'.repeat(43)}`,
      'error=access_denied&state=',
    ]) {
      expect((await honest.visit(`/callback?${query}`)).location).toMatch(/\/expired$/);
    }
    expect((await honest.comeBack(callback)).text).toContain('id="access"');
  },

  async 'State of another tab: the code of one sign-in with the state of another'() {
    const { visitor } = await open();
    const honest = visitor();
    const [one, two] = [await honest.consent(), await honest.consent(globexAdministrator)];
    one.searchParams.set('code', two.searchParams.get('code')!);
    // Each tab has its own verifier: Webex refuses the code of the other (PKCE).
    expect((await honest.comeBack(one)).text).toContain('Webex does not accept the code');
  },

  async 'PKCE downgrade: a guessable, shared or plain challenge'() {
    const { visitor, ports } = await open();
    const seen: { verifier: string; challenge: string }[] = [];
    const { authorizeUrl, exchangeCode } = ports.webex;
    let challenge = '';
    ports.webex.authorizeUrl = (begun) => {
      challenge = begun.challenge;
      return authorizeUrl(begun);
    };
    ports.webex.exchangeCode = (exchange) => {
      seen.push({ verifier: exchange.verifier.reveal(), challenge });
      return exchangeCode(exchange);
    };
    for (let times = 0; times < 2; times++) {
      const honest = visitor();
      const { location } = await honest.visit('/authorize');
      expect(new URL(location).searchParams.get('code_challenge_method')).toBe('S256');
      await honest.comeBack(await authorize(location, acmeAdministrator));
    }
    expect(new Set(seen.map(({ verifier }) => verifier)).size).toBe(2);
    for (const { verifier, challenge } of seen) {
      expect(verifier).toMatch(/^[\w-]{43}$/);
      expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge);
    }
  },

  async 'Mix-up: an answer that names another issuer or token endpoint'() {
    const { visitor, exchanges } = await open();
    let asked = 0;
    const evil = createServer((_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void evil.close());
    const honest = visitor();
    const callback = await honest.consent();
    const elsewhere = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
    for (const name of ['iss', 'token_endpoint', 'redirect_uri', 'client_id'])
      callback.searchParams.set(name, elsewhere);
    expect((await honest.comeBack(callback)).text).toContain('id="access"');
    expect({ asked, exchanges: exchanges() }).toEqual({ asked: 0, exchanges: 1 });
  },

  async 'Stolen link: opened or ended in a second browser'() {
    const { visitor, stack } = await open();
    const id = await stack.customer();
    const link = await stack.link(id);
    const [owner, thief] = [visitor(), visitor()];
    const callback = await owner.consentByLink(link);
    for (const theft of [thief.visit(link), thief.submit(link)]) {
      const { status, text } = await theft;
      expect(status).toBe(410);
      expect(text).toContain('being used in another browser');
    }
    expect((await thief.visit(callback.href)).location).toMatch(/\/expired$/);
    // Even with the sealed cookie of the sign-in, the link asks for the browser's own secret.
    const cookie = [...owner.cookies].find(([name]) => name.startsWith('__Host-authorization-'))!;
    thief.cookies.set(...cookie);
    expect((await thief.comeBack(callback)).text).toContain('being used in another browser');
    expect((await readConnection(stack.ports.store, id)).state).toBe('absent');
  },

  async 'Scanned link: a mail scanner, a preview or a prefetch spends it'() {
    const { visitor, stack } = await open();
    const link = await stack.link(await stack.customer());
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { headers } = await visitor().visit(link, { method, headers: { 'sec-purpose': 'prefetch' } });
      expect(headers.getSetCookie()).toEqual([]);
    }
    const honest = visitor();
    expect((await honest.comeBack(await honest.consentByLink(link))).text).toContain('is connected');
  },

  async 'Used link: connects a second time'() {
    const { visitor, stack } = await open();
    const link = await stack.link(await stack.customer());
    const honest = visitor();
    const second = await honest.consentByLink(link);
    await honest.comeBack(await honest.consentByLink(link));
    expect((await honest.comeBack(second)).text).toContain('This link has been used.');
    expect((await honest.submit(link)).status).toBe(410);
  },

  async 'Another organization’s administrator: connects a customer that is not theirs'() {
    const { visitor, stack, webex } = await open();
    const id = await stack.customer();
    const honest = visitor();
    const { status, text } = await honest.comeBack(
      await honest.consentByLink(await stack.link(id), globexAdministrator),
    );
    expect(status).toBe(403);
    expect(text).toContain('admin@globex.example of Globex');
    expect(await readConnection(stack.ports.store, id)).not.toHaveProperty('grant');
    expect(text).not.toContain(webex.control.tokens('8c2d7e3f-1d64-4b8f-8a6e-4c9b2d3e5f60').accessTokens[0]!.value);
  },

  async 'Forged form: another site begins a connection or clears a page'() {
    const { visitor, stack } = await open();
    const link = await stack.link(await stack.customer());
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ];
    for (const headers of foreign) {
      const { status } = await visitor().visit(link, { method: 'POST', headers: headers as Record<string, string> });
      expect(status).toBe(400);
    }
    const { page } = await openBrowser(stack);
    await page.goto(await site(`<form method="post" action="${link}"><button>Win</button></form>`));
    await page.getByRole('button').click();
    expect(await page.locator('main').textContent()).toContain('This form was not sent from this page.');
    expect((await visitor().visit(link)).status).toBe(200);
  },

  async 'Injected error_description: a message of the attacker on our page'() {
    const { visitor, ports } = await open();
    const honest = visitor();
    const callback = await honest.consent();
    callback.searchParams.delete('code');
    callback.searchParams.set('error', `access_denied${script}`);
    callback.searchParams.set('error_description', `Call 555-0100 ${script}`);
    callback.searchParams.set('error_uri', 'https://evil.example/');
    const { text } = await honest.comeBack(callback);
    expect(text).toContain('Webex did not authorize the request.');
    for (const injected of ['555-0100', 'onerror', 'evil.example']) {
      expect(text).not.toContain(injected);
      expect(JSON.stringify(ports.lines)).not.toContain(injected);
    }
  },

  async 'Injected name: markup in the name of a customer, an organization or the portal'() {
    const organizations = [{ id: acme.id, name: `Acme ${script}`, people: 3, administrators: [acmeAdministrator] }];
    const { stack } = await open({ organizations });
    stack.ports.settings.portalName = `Portal ${script}`;
    const { page, context, url, complaints } = await openBrowser(stack);
    const unharmed = async () => {
      expect(await page.evaluate('globalThis.hit')).toBeUndefined();
      expect(await page.locator('main').textContent()).toContain('<script>globalThis.hit=1</script>');
    };
    const link = await stack.link(await stack.customer({ name: `"'&lt; ${script} \u202e` }));
    await page.goto(link);
    await unharmed();
    await followLink(page, link);
    await unharmed();
    await context.clearCookies();
    await getTokens(page, url);
    await unharmed();
    // What slipped through escaping would still not run.
    await page
      .evaluate(`document.body.append(Object.assign(document.createElement('script'), { text: '' }))`)
      .catch(() => {});
    await page.evaluate(`document.body.setAttribute('onclick', 'globalThis.hit=1')`).catch(() => {});
    await page.locator('h1').click();
    expect(await page.evaluate('globalThis.hit')).toBeUndefined();
    expect(complaints.join()).toMatch(/requires 'TrustedScript' assignment/);
  },

  async 'Open redirect: a parameter, a host header or a path decides where a browser goes'() {
    const { visitor, url, webex } = await open();
    const { origin } = new URL(url);
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    const query =
      '?next=https://evil.example&redirect_uri=https://evil.example&returnTo=//evil.example&url=//evil.example';
    for (const path of [
      '/',
      '/authorize',
      '/callback',
      '/result/x',
      '/expired',
      '//evil.example',
      '/%2f%2fevil.example',
      '/..//evil.example',
    ]) {
      const { location, text } = await visitor().visit(path + query, { headers });
      if (location) expect([origin, webex.url]).toContain(new URL(location).origin);
      expect(`${location} ${text}`).not.toContain('evil.example');
    }
    const { port } = new URL(url);
    const answer = await new Promise<{ location: string }>((resolve, reject) => {
      const headers = { host: 'evil.example' };
      request({ host: '127.0.0.1', port, path: '/webex_teams_oauth/authorize', headers }, (response) => {
        response.resume().on('end', () => resolve({ location: response.headers.location! }));
      })
        .on('error', reject)
        .end();
    });
    expect(new URL(answer.location).searchParams.get('redirect_uri')).toBe(`${url}/callback`);
  },

  async 'Clickjacking: our pages in a frame of another site'() {
    const { stack } = await open();
    const link = await stack.link(await stack.customer());
    const { page } = await openBrowser(stack);
    await page.goto(await site([stack.url, link].map((address) => `<iframe src="${address}"></iframe>`).join('')));
    await page.waitForLoadState('networkidle');
    for (const frame of page.frames().slice(1)) {
      expect(await frame.locator('main').count()).toBe(0);
    }
    expect(
      page
        .frames()
        .slice(1)
        .map((frame) => frame.url()),
    ).toEqual(Array(2).fill('chrome-error://chromewebdata/'));
  },

  async 'Cache: a page with tokens is kept by a browser or a proxy'() {
    const { visitor, stack } = await open();
    const honest = visitor();
    const link = await stack.link(await stack.customer());
    const callback = await honest.consent();
    const answers = [
      await honest.visit('/'),
      await honest.visit('/authorize'),
      await honest.visit(callback.href),
      await honest.comeBack(callback),
      await honest.visit(link),
      await honest.submit(link),
      await honest.visit('/expired'),
      await honest.visit('/nothing'),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('etag')).toBeNull();
    }
  },

  async 'History and referrer: a code, a state or a token in an address that stays'() {
    const { stack } = await open();
    const { page, context, url, webex } = await openBrowser(stack);
    const referrers: (string | undefined)[] = [];
    context.on('request', (sent) => {
      if (!sent.url().startsWith(webex.url) || sent.method() === 'GET') referrers.push(sent.headers().referer);
    });
    await getTokens(page, url);
    const session = await context.newCDPSession(page);
    const { entries } = await session.send('Page.getNavigationHistory');
    const ours = entries.map((entry) => entry.url).filter((address) => address.startsWith(url));
    expect(ours).toEqual([url, expect.stringMatching(/\/result\/[\w-]{16}$/)]);
    expect(referrers.filter((referrer) => referrer?.startsWith(new URL(url).origin))).toEqual([]);
    expect(page.url()).not.toMatch(/[?#]/);
  },

  async 'Outcome of somebody else: the address of a result in another browser'() {
    const { visitor } = await open();
    const honest = visitor();
    const { location } = await honest.visit((await honest.consent()).href);
    const { status, text } = await visitor().visit(location);
    expect(status).toBe(410);
    expect(text).not.toContain('id="access"');
    const other = visitor();
    await other.comeBack(await other.consent(globexAdministrator));
    const [name, value] = [...other.cookies].at(-1)!;
    // Nor does a cookie that is ours, under the name of theirs.
    other.cookies.set(name.replace(/[\w-]{16}$/, location.slice(-16)), value);
    expect((await other.visit(location)).status).toBe(410);
  },

  async 'Cookie theft: by a script, over plain HTTP, by another site or another host'() {
    const { visitor, stack } = await open();
    const honest = visitor();
    const begun = await honest.visit('/authorize');
    const bound = await honest.submit(await stack.link(await stack.customer()));
    const cookies = [...begun.headers.getSetCookie(), ...bound.headers.getSetCookie()];
    expect(cookies.length).toBe(3);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-/);
      expect(cookie).toMatch(/; Path=\/;/);
      for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=']) expect(cookie).toContain(attribute);
      expect(cookie).not.toContain('Domain');
      expect(cookie.length).toBeLessThan(1024);
    }
  },

  async 'Cookie tampering: changed, moved, made up or of another key'() {
    const { visitor, exchanges } = await open();
    const stranger = (await open()).visitor();
    await stranger.visit('/authorize');
    const honest = visitor();
    const callback = await honest.consent();
    const [name, value] = [...honest.cookies][0]!;
    const [header, ...parts] = value.split('.');
    const flipped = value.slice(0, -10) + (value.at(-10) === 'A' ? 'B' : 'A') + value.slice(-9);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const forged = [
      flipped,
      `${none}.${parts.join('.')}`,
      header!,
      '',
      '{}',
      [...stranger.cookies.values()][0]!,
      'x'.repeat(3000),
    ];
    for (const text of forged) {
      honest.cookies.set(name, text);
      expect((await honest.visit(callback.href)).location).toMatch(/\/expired$/);
    }
    expect(exchanges()).toBe(0);
    honest.cookies.set(name, value);
    expect((await honest.comeBack(callback)).text).toContain('id="access"');
  },

  async 'Oversized and repeated parameters: more than any honest answer has'() {
    const { visitor, exchanges, ports } = await open();
    const honest = visitor();
    const callback = await honest.consent();
    const state = callback.searchParams.get('state')!;
    const { get } = ports.store;
    let reads = 0;
    ports.store.get = (path) => {
      reads++;
      return get(path);
    };
    for (const query of [
      `state=${'s'.repeat(9000)}`,
      `state=${state}&state=${state}`,
      `state[]=${state}`,
      'state=%00',
      'state=%',
    ]) {
      expect((await honest.visit(`/callback?${query}&code=c`)).location).toMatch(/\/expired$/);
    }
    for (const path of [
      `/connect/${'x'.repeat(9000)}`,
      '/connect/..%2f..%2fcustomers',
      `/result/${'x'.repeat(9000)}`,
    ]) {
      expect((await honest.visit(path)).status).toBe(410);
    }
    expect(reads).toBe(0);
    expect((await honest.visit(`/callback?state=${'s'.repeat(20_000)}`)).status).toBe(431);
    expect(
      (await honest.comeBack(`${ports.settings.oauthUrl}/callback?state=${state}&code=${'c'.repeat(5000)}`)).text,
    ).toContain('Webex sent no code.');
    expect(exchanges()).toBe(0);
  },

  async 'Leaked log, event or document: a token, a code, a verifier or a link in the clear'() {
    const { visitor, stack, ports, webex } = await open();
    const secrets: string[] = [];
    const { exchangeCode } = ports.webex;
    ports.webex.exchangeCode = async (exchange) => {
      const pair = await exchangeCode(exchange);
      secrets.push(
        ...[exchange.code, exchange.verifier, pair.accessToken, pair.refreshToken!].map((secret) => secret.reveal()),
      );
      return pair;
    };
    const documents: string[] = [];
    const { commit } = ports.store;
    ports.store.commit = (writes) => {
      documents.push(JSON.stringify(writes));
      return commit(writes);
    };
    const id = await stack.customer();
    for (const who of [globexAdministrator, acmeAdministrator]) {
      const [honest, link] = [visitor(), await stack.link(id)];
      secrets.push(link.slice(-43));
      await honest.comeBack(await honest.consentByLink(link, who));
      await honest.comeBack(await honest.consent(who));
      secrets.push(...[...honest.cookies].filter(([name]) => name === '__Host-browser').map(([, value]) => value));
    }
    webex.control.faults({ match: { path: 'access_token' }, fault: { html: true } });
    const unlucky = visitor();
    const callback = await unlucky.consent();
    secrets.push(callback.searchParams.get('code')!, callback.searchParams.get('state')!);
    await unlucky.comeBack(callback);
    expect(secrets.length).toBe(16 + 2 + 2 + 2);
    const told = JSON.stringify([ports.lines, ports.messages, documents]);
    for (const secret of secrets) expect(told).not.toContain(secret);
  },
};

it.each(Object.entries(attacks))('%s', async (_, attack) => attack());

it('is the attack table of SECURITY.md, row by row', () => {
  const document = readFileSync(join(import.meta.dirname, '../../../SECURITY.md'), 'utf8');
  const rows = [...document.matchAll(/^\| \*\*(.+?)\*\* ?(.*?) \| /gm)].map(([, name, rest]) => `${name} ${rest}`);
  expect(rows).toEqual(Object.keys(attacks));
});
