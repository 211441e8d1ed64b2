/** Requests that anyone on the internet can send are refused without an error line, because error lines alert a person. */

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

it('bounds what one address can cause: a thousand sign-ins with made-up codes', async () => {
  const { visitor, ports, exchanges } = await openStack();
  const statuses = new Set<number>();
  for (let attempt = 0; attempt < 1000; attempt++) {
    const stranger = visitor();
    const { status, location } = await stranger.visit('/authorize');
    statuses.add(status);
    const state = status === 303 ? new URL(location).searchParams.get('state')! : 'made-up';
    await stranger.visit(`/callback?state=${state}&code=made-up`);
  }
  expect(statuses).toEqual(new Set([303, 429]));
  expect(exchanges()).toBe(30);
  expect((await ports.store.query({ collection: 'used_states', limit: 1000 })).length).toBeLessThan(100);
  expect(ports.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  ports.clock.advance(60_000);
  expect((await visitor().visit('/authorize')).status).toBe(303);
});

it('distinguishes clients by the address that the front end appended, not by addresses that they wrote themselves', async () => {
  const { visitor } = await openStack();
  const start = (forwarded: string) => visitor().visit('/authorize', { headers: { 'x-forwarded-for': forwarded } });
  let refused = 0;
  for (let attempt = 0; attempt < 200; attempt++) {
    const { status } = await start(`198.51.100.${attempt}, 203.0.113.9`);
    if (status === 429) refused++;
  }
  expect(refused).toBe(80);
  expect((await start('203.0.113.9, 203.0.113.10')).status).toBe(303);
});

it('refuses strangers first when the total is reached: a connect link still works', async () => {
  const { stack, visitor } = await openStack();
  const link = await stack.link(await stack.customer());
  const start = (address: string) => visitor().visit('/authorize', { headers: { 'x-forwarded-for': address } });
  const statuses = [];
  for (let client = 0; client < 16; client++) {
    for (let attempt = 0; attempt < 100; attempt++) statuses.push((await start(`203.0.113.${client}`)).status);
  }
  expect(statuses.indexOf(429)).toBe(1500);
  const { status, headers, text } = await start('198.51.100.1');
  expect(status).toBe(429);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(text).toContain('Too many requests');
  const user = visitor();
  expect((await user.openAndSubmit(link, {})).status).toBe(200);
  expect((await user.comeBack(await user.consentByLink(link))).text).toContain('is connected');
});
