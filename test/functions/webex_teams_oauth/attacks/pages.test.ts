/** Attacks through the pages, row by row as in SECURITY.md: injection, redirects, frames and caches. */

import { expect, it } from 'vitest';
import { acmeAdministrator, followLink, getTokens } from '../chromium.ts';
import { foreignSite, openPage, openStack, useChromium } from '../open.ts';
import { acme } from '../stack.ts';

const chromium = useChromium();

const script = '<img src=x onerror="globalThis.hit=1"><script>globalThis.hit=1</script>';

it('Injected error_description: an attacker’s message on our page', async () => {
  const { visitor, ports } = await openStack();
  const honest = visitor();
  const callback = await honest.consent();
  callback.searchParams.delete('code');
  callback.searchParams.set('error', `access_denied${script}`);
  callback.searchParams.set('error_description', `Call 555-0100 ${script}`);
  callback.searchParams.set('error_uri', 'https://evil.example/');
  const { text } = await honest.comeBack(callback);
  expect(text).toContain('Webex did not complete the sign-in.');
  for (const injected of ['555-0100', 'onerror', 'evil.example']) {
    expect(text).not.toContain(injected);
    expect(JSON.stringify(ports.lines)).not.toContain(injected);
  }
});

it('Injected name: markup in the name of a customer, an organization or the portal', async () => {
  const organizations = [{ id: acme.id, name: `Acme ${script}`, people: 3, administrators: [acmeAdministrator] }];
  const { stack } = await openStack({ organizations }, { portalName: `Portal ${script}` });
  const { page, context, url, complaints } = { ...stack, ...(await openPage(chromium())) };
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
  // The policy would stop a script even if escaping had missed it.
  await page
    .evaluate(`document.body.append(Object.assign(document.createElement('script'), { text: '' }))`)
    .catch(() => {});
  await page.evaluate(`document.body.setAttribute('onclick', 'globalThis.hit=1')`).catch(() => {});
  await page.locator('h1').click();
  expect(await page.evaluate('globalThis.hit')).toBeUndefined();
  expect(complaints.join()).toMatch(/requires 'TrustedScript' assignment/);
});

it('Disguised name: invisible characters in a name make it look empty, reversed or like another', async () => {
  const organizations = [{ id: acme.id, name: 'Ac\u200bme', people: 3, administrators: [acmeAdministrator] }];
  const { stack } = await openStack({ organizations });
  const { page, text } = await openPage(chromium());
  const link = await stack.link(await stack.customer({ name: '\u202egnp.emca' }));
  await page.goto(link);
  expect(await text()).toContain('[U+202E]gnp.emca');
  expect(await page.title()).toBe('Connect [U+202E]gnp.emca to Webex');
  await followLink(page, link);
  expect(await text()).toContain('Ac[U+200B]me');
  for (const hidden of ['\u202e', '\u200b']) expect(await page.content()).not.toContain(hidden);
});

it('Open redirect: a parameter, a header or a path chooses where the browser goes', async () => {
  const { visitor, url, webex } = await openStack();
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
});

it('Clickjacking: our pages in another site’s frame', async () => {
  const { stack } = await openStack();
  const link = await stack.link(await stack.customer());
  const { page } = { ...stack, ...(await openPage(chromium())) };
  await page.goto(await foreignSite([stack.url, link].map((address) => `<iframe src="${address}"></iframe>`).join('')));
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
});

it('Cached page: a browser or a proxy stores a page with tokens', async () => {
  const { visitor, stack } = await openStack();
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
});

it('History and referrer: a code, a state or a token stays in an address', async () => {
  const { stack } = await openStack();
  const { page, context, url, webex } = { ...stack, ...(await openPage(chromium())) };
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
});
