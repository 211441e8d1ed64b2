/** What anybody on the internet can send: it is refused without an error line, because error lines alert a person. */

import { expect, it } from 'vitest';
import { openStack } from './open.ts';

const requests: [method: string, path: string][] = [
  ['POST', '/forget/a%20b'],
  ['POST', '/forget/a%3Bb'],
  ['POST', '/forget/%C3%A9'],
  ['POST', '/forget/__proto__'],
  ['POST', `/forget/${'a'.repeat(8000)}`],
  ['GET', '/forget/aaaaaaaaaaaaaaaa'],
  ['GET', '/result/a%20b'],
  ['GET', '/restart/a%3Bb'],
  ['GET', '/restart/aaaaaaaaaaaaaaaa'],
  ['GET', '/connect/%00'],
  ['GET', '/connect/a%20b'],
  ['POST', '/connect/a%20b'],
  ['DELETE', '/connect/x'],
  ['GET', '/wp-login.php'],
  ['POST', '/callback'],
];

it.each(requests)('answers %s %s with 4xx and logs no error', async (method, path) => {
  const { visitor, ports } = await openStack();
  const { status, headers } = await visitor().visit(path, { method, headers: { 'sec-fetch-site': 'same-origin' } });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(ports.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('logs no error for sign-ins with made-up codes, also while Webex refuses everything', async () => {
  const { visitor, ports, webex } = await openStack();
  for (const fault of [undefined, { status: 503 }, { status: 429 }, { html: true } as const]) {
    webex.control.clearFaults();
    if (fault) webex.control.faults({ match: { path: 'access_token' }, fault });
    const stranger = visitor();
    const { location } = await stranger.visit('/authorize');
    const state = new URL(location).searchParams.get('state')!;
    await stranger.comeBack(`${ports.settings.oauthUrl}/callback?state=${state}&code=made-up`);
  }
  expect(ports.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('writes nothing to the store for declined sign-ins', async () => {
  const { visitor, ports } = await openStack();
  for (const query of ['error=access_denied', 'error=x', '']) {
    const stranger = visitor();
    const { location } = await stranger.visit('/authorize');
    const state = new URL(location).searchParams.get('state')!;
    const { status, text } = await stranger.comeBack(`${ports.settings.oauthUrl}/callback?state=${state}&${query}`);
    expect(status).toBeLessThan(500);
    expect(text).toContain('Try again');
  }
  expect(await ports.store.query({ collection: 'used_states', limit: 10 })).toEqual([]);
});
