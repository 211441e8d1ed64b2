/** Attacks on the sign-in, row by row as in SECURITY.md: codes, states and PKCE. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { authorize } from '../../../../local/webex/authorize.ts';
import type { Secret } from '../../../../shared/domain/secret.ts';
import { acmeAdministrator, globexAdministrator } from '../chromium.ts';
import { openStack } from '../open.ts';

it('Login CSRF: an attacker’s code in a victim’s browser', async () => {
  const { visitor, exchanges, ports } = await openStack();
  const callback = await visitor().consent(globexAdministrator);
  const victim = visitor();
  await victim.visit('/authorize');
  const { location } = await victim.visit(callback.href);
  expect(location).toMatch(/\/expired$/);
  expect(exchanges()).toBe(0);
  expect(await ports.store.query({ collection: 'used_states', limit: 10 })).toEqual([]);
});

it('Replayed code: the callback loaded twice, or its code under another state', async () => {
  const { visitor, exchanges } = await openStack();
  const honest = visitor();
  const callback = await honest.consent();
  const first = await honest.comeBack(callback);
  expect((await honest.comeBack(callback)).text.match(/<code.*/g)).toEqual(first.text.match(/<code.*/g));
  expect(exchanges()).toBe(1);
  const other = await honest.consent();
  other.searchParams.set('code', callback.searchParams.get('code')!);
  expect((await honest.comeBack(other)).text).toContain('Webex did not accept this sign-in');
});

it('Replayed state: a second code for a used state', async () => {
  const { visitor, exchanges } = await openStack();
  const honest = visitor();
  const used = await honest.consent();
  await honest.comeBack(used);
  used.searchParams.set('code', (await visitor().consent(globexAdministrator)).searchParams.get('code')!);
  const again = await honest.comeBack(used);
  expect(again.text).toContain('Please start again');
  expect(again.text).not.toContain('id="access"');
  expect(exchanges()).toBe(1);
});

it('Race for one state: many callbacks at once', async () => {
  const { visitor, exchanges } = await openStack();
  const honest = visitor();
  const callback = await honest.consent();
  const pages = await Promise.all(Array.from({ length: 8 }, () => honest.comeBack(callback)));
  expect(exchanges()).toBe(1);
  expect(new Set(pages.map(({ text }) => text.match(/id="access">[^<]+/)?.[0])).size).toBe(1);
});

it('Forged refusal: an error without a valid state ends a sign-in', async () => {
  const { visitor } = await openStack();
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
});

it('Mixed-up tabs: the code of one sign-in with the state of another', async () => {
  const { visitor } = await openStack();
  const honest = visitor();
  const [one, two] = [await honest.consent(), await honest.consent(globexAdministrator)];
  one.searchParams.set('code', two.searchParams.get('code')!);
  // Each tab has its own verifier: Webex refuses the code of the other (PKCE).
  expect((await honest.comeBack(one)).text).toContain('Webex did not accept this sign-in');
});

it('PKCE downgrade: a guessable, shared or plain challenge', async () => {
  const { visitor, ports } = await openStack();
  const seen: { verifier: string; challenge: string }[] = [];
  let challenge = '';
  const noteChallenge = (request: { challenge: string }) => {
    challenge = request.challenge;
  };
  ports.webex.beforeNext('authorizeUrl', noteChallenge, { times: 'always' });
  const noteVerifier = ({ verifier }: { verifier: Secret }) => seen.push({ verifier: verifier.reveal(), challenge });
  ports.webex.beforeNext('exchangeCode', noteVerifier, { times: 'always' });
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
});

it('Mix-up: a response that names another issuer or token endpoint', async () => {
  const { visitor, exchanges } = await openStack();
  let requests = 0;
  const evil = createServer((_, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void evil.close());
  const honest = visitor();
  const callback = await honest.consent();
  const elsewhere = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  for (const name of ['iss', 'token_endpoint', 'redirect_uri', 'client_id']) callback.searchParams.set(name, elsewhere);
  expect((await honest.comeBack(callback)).text).toContain('id="access"');
  expect({ requests, exchanges: exchanges() }).toEqual({ requests: 0, exchanges: 1 });
});
