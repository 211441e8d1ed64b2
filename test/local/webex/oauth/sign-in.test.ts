import { expect, it } from 'vitest';
import { authorize } from '../../../../local/webex/authorize.ts';
import { administrator, type Fields, redirectUri, reply, webexForTest } from '../fixture.ts';

it('asks for e-mail address, password and consent, then redirects with a code and the state', async () => {
  const { consent } = await webexForTest();
  const given = await consent();
  expect(given.get('state')).toBe('the state');
  expect(given.get('code')).toMatch(/^[A-Za-z0-9]{64}$/);
  expect(given.has('error')).toBe(false);
});

it('shows the organization and the scopes on the consent page, with labels that a browser test finds', async () => {
  const { authorizeUrl } = await webexForTest();
  const url = authorizeUrl();
  const first = await reply(await fetch(url));
  expect(first.body).toMatch(/<label for="email">Email address<\/label>[\s\S]*>Next</);
  const second = await fetch(url, { method: 'POST', body: new URLSearchParams({ email: administrator.email }) });
  expect(await second.text()).toMatch(/<label for="password">Password<\/label>[\s\S]*>Sign In</);
  const signedIn = await fetch(second.url, {
    method: 'POST',
    body: new URLSearchParams({ password: administrator.password }),
    redirect: 'manual',
  });
  expect(signedIn.status).toBe(303);
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;

  // The session cookie lasts: the next visit starts at the consent page, which offers another account.
  const third = await (await fetch(url, { headers: { cookie } })).text();
  expect(third).toContain('Acme Corporation');
  expect(third).toContain('spark-admin:people_read');
  expect(third).toMatch(/>Accept<[\s\S]*>Deny</);
  const another = /<a href="([^"]+)">Use another account/.exec(third)![1]!.replaceAll('&amp;', '&');
  const fourth = await (await fetch(new URL(another, url), { headers: { cookie } })).text();
  expect(fourth).toContain('Email address');
});

it('redirects with access_denied and the state when the visitor denies consent', async () => {
  const { consent } = await webexForTest();
  const given = await consent({ ...administrator, deny: true });
  expect(Object.fromEntries(given)).toMatchObject({ error: 'access_denied', state: 'the state' });
});

it('shows the same message for an unknown address and a wrong password', async () => {
  const { authorizeUrl } = await webexForTest();
  for (const visitor of [
    { email: administrator.email, password: 'wrong' },
    { email: 'nobody@acme.example', password: administrator.password },
  ]) {
    await expect(authorize(authorizeUrl(), visitor)).rejects.toThrow('incorrect email address or password');
  }
});

it('shows an error and does not redirect when the client or the redirect URI is not registered', async () => {
  const { authorizeUrl } = await webexForTest();
  const changes: Fields[] = [{ client_id: 'other' }, { redirect_uri: `${redirectUri}/` }, { redirect_uri: '' }];
  for (const change of changes) {
    const response = await fetch(authorizeUrl(change), { redirect: 'manual' });
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toContain('not');
  }
});

it.each([
  ['invalid_scope', { scope: 'spark-admin:people_read spark-admin:people_write' }],
  ['invalid_scope', { scope: '' }],
  ['unsupported_response_type', { response_type: 'token' }],
  ['invalid_request', { code_challenge_method: 'plain' }],
  ['invalid_request', { code_challenge: 'short' }],
])('redirects with %s and the state before any sign-in: %o', async (error, change) => {
  const { consent } = await webexForTest();
  expect(Object.fromEntries(await consent(administrator, change))).toMatchObject({ error, state: 'the state' });
});

it('gives a consenting member a token for people/me alone, or redirects with invalid_scope, as the setting says', async () => {
  const { consent, exchange, get, control } = await webexForTest();
  const member = { email: 'member@acme.example', password: 'webex-local' };
  const { body } = await exchange((await consent(member)).get('code'));
  expect((await get('/v1/people/me', body.access_token)).body.roles).toBeUndefined();
  expect((await get('/v1/people', body.access_token)).status).toBe(400);
  control.settings({ memberConsent: 'invalid_scope' });
  expect((await consent(member)).get('error')).toBe('invalid_scope');
});

it('escapes what a visitor types', async () => {
  const { authorizeUrl } = await webexForTest();
  const page = await (
    await fetch(authorizeUrl({ login_hint: '"><script>alert(1)</script>@x' }), { redirect: 'manual' })
  ).text();
  expect(page).not.toContain('<script>');
});
