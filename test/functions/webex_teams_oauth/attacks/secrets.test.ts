/** Attacks on cookies, results and stored secrets, row by row as in SECURITY.md. */

import { expect, it } from 'vitest';
import type { TokenPair } from '../../../../shared/domain/grant.ts';
import type { Secret } from '../../../../shared/domain/secret.ts';
import { acmeAdministrator, globexAdministrator } from '../chromium.ts';
import { openStack } from '../open.ts';

it('Foreign result: the address of a result in another browser', async () => {
  const { visitor } = await openStack();
  const honest = visitor();
  const { location } = await honest.visit((await honest.consent()).href);
  const { status, text } = await visitor().visit(location);
  expect(status).toBe(410);
  expect(text).not.toContain('id="access"');
  const other = visitor();
  await other.comeBack(await other.consent(globexAdministrator));
  const [name, value] = [...other.cookies].at(-1)!;
  // Nor does a cookie of another sign-in under this one's name.
  other.cookies.set(name.replace(/[\w-]{16}$/, location.slice(-16)), value);
  expect((await other.visit(location)).status).toBe(410);
});

it('Cookie theft: by a script, over plain HTTP, by another site or another host', async () => {
  const { visitor, stack } = await openStack();
  const honest = visitor();
  const link = await stack.link(await stack.customer());
  const visits = [await honest.visit('/authorize'), await honest.visit(link), await honest.submit(link)];
  const cookies = visits.flatMap(({ headers }) => headers.getSetCookie());
  expect(cookies.length).toBe(3);
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-/);
    expect(cookie).toMatch(/; Path=\/;/);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=']) expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
    expect(cookie.length).toBeLessThan(1024);
  }
});

it('Cookie tampering: changed, moved, made up or sealed with another key', async () => {
  const { visitor, exchanges } = await openStack();
  const stranger = (await openStack()).visitor();
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
});

it('Oversized and repeated parameters: more than Webex ever sends', async () => {
  const { visitor, exchanges, ports } = await openStack();
  const honest = visitor();
  const callback = await honest.consent();
  const state = callback.searchParams.get('state')!;
  let reads = 0;
  ports.store.beforeNext('get', () => reads++, { times: 'always' });
  for (const query of [`state=${'s'.repeat(9000)}`, `state=${state}&state=${state}`, `state[]=${state}`, 'state=%00']) {
    expect((await honest.visit(`/callback?${query}&code=c`)).location).toMatch(/\/expired$/);
  }
  for (const path of [`/connect/${'x'.repeat(9000)}`, '/connect/..%2f..%2fcustomers', `/result/${'x'.repeat(9000)}`]) {
    expect((await honest.visit(path)).status).toBe(410);
  }
  expect((await honest.visit('/callback?state=%&code=c')).status).toBe(400);
  expect(reads).toBe(0);
  expect((await honest.visit(`/callback?state=${'s'.repeat(20_000)}`)).status).toBe(431);
  expect(
    (await honest.comeBack(`${ports.settings.oauthUrl}/callback?state=${state}&code=${'c'.repeat(5000)}`)).text,
  ).toContain('Webex did not send an authorization code.');
  expect(exchanges()).toBe(0);
});

it('Leak: a token, a code, a verifier or a link in a log, an event or a document', async () => {
  const { visitor, stack, ports, webex } = await openStack();
  const secrets: string[] = [];
  const noteSecrets = async (act: () => Promise<TokenPair>, { code, verifier }: { code: Secret; verifier: Secret }) => {
    const pair = await act();
    secrets.push(...[code, verifier, pair.accessToken, pair.refreshToken!].map((secret) => secret.reveal()));
    return pair;
  };
  ports.webex.answerNext('exchangeCode', noteSecrets, { times: 'always' });
  const documents: string[] = [];
  ports.store.beforeNext('commit', (writes) => documents.push(JSON.stringify(writes)), { times: 'always' });
  const id = await stack.customer();
  for (const who of [globexAdministrator, acmeAdministrator]) {
    const [honest, link] = [visitor(), await stack.link(id)];
    secrets.push(link.slice(-43));
    await honest.visit(link);
    await honest.comeBack(await honest.consentByLink(link, who));
    await honest.comeBack(await honest.consent(who));
    secrets.push(...[...honest.cookies].filter(([name]) => name === '__Host-form').map(([, value]) => value));
  }
  webex.control.faults({ match: { path: 'access_token' }, fault: { html: true } });
  const unlucky = visitor();
  const callback = await unlucky.consent();
  secrets.push(callback.searchParams.get('code')!, callback.searchParams.get('state')!);
  await unlucky.comeBack(callback);
  expect(secrets.length).toBe(16 + 2 + 2 + 2);
  const written = JSON.stringify([ports.lines, ports.messages, documents]);
  for (const secret of secrets) expect(written).not.toContain(secret);
});
