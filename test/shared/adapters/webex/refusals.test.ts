import { describe, expect, it } from 'vitest';
import { toFailure, toTokenFailure } from '../../../../shared/adapters/webex/refusals.ts';
import type { WebexResponse } from '../../../../shared/adapters/webex/responses.ts';

const now = Date.parse('2026-11-25T12:00:00Z');

const response = (status: number, body: unknown = {}, headers: Record<string, string> = {}): WebexResponse => ({
  status,
  sentTrackingId: 'WCA_1',
  body,
  header: (name) => headers[name],
});
const html = (status: number, headers = {}) => response(status, undefined, { 'content-type': 'text/html', ...headers });
/** Webex's own form of an error. */
const webexError = (message: string) => ({ message, errors: [{ description: message }], trackingId: 'ROUTER_1' });

describe('a refused call means', () => {
  it.each([
    ['a limit', response(429), 'webex_rate_limited'],
    ['a lock', response(423), 'webex_rate_limited'],
    ['a token that is not accepted', response(401), 'webex_unauthorized'],
    ['the same, as a web page', html(401), 'webex_unauthorized'],
    ['a missing right', response(403), 'webex_forbidden'],
    [
      'a missing role',
      response(400, webexError('Email, displayName, or id list should be specified.')),
      'webex_forbidden',
    ],
    ['nothing found', response(404), 'webex_not_found'],
    ['a refusal of another kind', response(400, webexError('Odd.')), 'webex_unexpected'],
    ['a conflict', response(409), 'webex_unexpected'],
    ['a request that arrived too slowly', response(408), 'webex_unavailable'],
    ['a connection of another host', response(421), 'webex_unavailable'],
    ['a request that arrived too early', response(425), 'webex_unavailable'],
    ['an outage', response(500), 'webex_unavailable'],
    ['a gateway without an answer', response(524), 'webex_unavailable'],
    ['a redirect', response(302), 'webex_unavailable'],
    ["a gateway's page", html(400), 'webex_unavailable'],
    ["a firewall's page", html(403), 'webex_unavailable'],
    ['a page of an address that is not known', html(404), 'webex_unavailable'],
  ])('%s', (_what, refused, code) => {
    expect(toFailure(refused, now).code).toBe(code);
  });

  it.each([
    ['5', 5_000],
    ['3600.5', 3_600_000],
    ['0.2', 1_000],
    ['0', 1_000],
    ['999999999', 3_600_000],
    ['Wed, 25 Nov 2026 12:05:00 GMT', 300_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 1_000],
    ['-5', 15_000],
    ['1e3', 15_000],
    ['soon', 15_000],
    ['', 15_000],
    [undefined, 15_000],
  ])('a wait, when Retry-After is %s', (header, retryAfterMs) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    expect(toFailure(response(429, {}, headers), now)).toMatchObject({ detail: { retryAfterMs } });
  });

  it('a wait for an outage too, but only when Webex asks for it', () => {
    const asked = toFailure(response(503, {}, { 'retry-after': '300' }), now);
    expect(asked.detail).toMatchObject({ code: 'webex_unavailable', retryAfterMs: 300_000 });
    expect(toFailure(html(503, { 'retry-after': '300' }), now).detail).toMatchObject({ retryAfterMs: 300_000 });
    expect(toFailure(response(503), now).detail).not.toHaveProperty('retryAfterMs');
  });
});

describe('a refused request of tokens', () => {
  const client = 'client_refused';
  const grant = 'grant_refused';
  const unknown = 'webex_unexpected';

  it.each([
    // RFC 6749's form.
    [400, { error: 'invalid_client' }, client],
    [401, { error: 'invalid_client', error_description: 'The client secret is wrong.' }, client],
    [403, { error: 'unauthorized_client' }, client],
    [400, { error: 'invalid_grant' }, grant],
    [401, { error: 'invalid_grant' }, grant],
    [400, { error: 'INVALID_GRANT' }, grant],
    [403, { error: 'invalid_grant' }, unknown],
    [400, { error: 'invalid_request' }, unknown],
    [400, { error: 'invalid_request', error_description: 'The refresh token is invalid.' }, unknown],
    [400, { error: 'invalid_scope' }, unknown],
    [400, { error: 'unsupported_grant_type' }, unknown],
    // Webex's own form.
    [401, webexError('Invalid client.'), client],
    [400, webexError('invalid_client'), client],
    [400, webexError('The client secret is invalid.'), client],
    [401, webexError('Client authentication failed.'), client],
    [401, webexError('The client secret is wrong.'), client],
    [401, webexError('Client authentication failed: client_id is unknown.'), client],
    [401, webexError('The provided client credentials are not valid.'), client],
    [403, webexError('This integration is not authorized for your organization.'), client],
    [400, { errors: [{ description: 'Client credentials do not match: mismatch.' }] }, client],
    [400, { error: { code: 'invalid_client', message: 'Unknown client.' } }, client],
    [400, webexError('The refresh token provided is expired, revoked, malformed, or invalid.'), grant],
    [401, webexError('The refresh token is not valid'), grant],
    [400, webexError('Invalid refresh token'), grant],
    [400, webexError('refresh_token not found'), grant],
    [400, webexError('The authorization code has expired.'), grant],
    [400, webexError('The refresh token is not valid for this client.'), grant],
    [403, webexError('The refresh token is not valid'), unknown],
    [400, webexError('Something odd.'), unknown],
    [400, webexError('The client is not authorized to use this grant type.'), client],
    [400, webexError('The grant type is not supported.'), unknown],
    [400, webexError('The requested scope is invalid, unknown, or malformed.'), unknown],
    [400, webexError('The request is missing a required parameter or is otherwise malformed.'), unknown],
    [400, webexError('A parameter is missing: refresh_token'), unknown],
    [404, webexError('invalid_client'), unknown],
    [401, {}, unknown],
    [403, {}, unknown],
    [400, undefined, unknown],
    [400, [], unknown],
  ])('with status %i and %o is %s', (status, body, code) => {
    expect(toTokenFailure(response(status, body), now).code).toBe(code);
  });

  it.each([400, 403, 404, 502])('with a web page and status %i says nothing about the grant', (status) => {
    expect(toTokenFailure(html(status), now).code).toBe('webex_unavailable');
  });

  it('keeps the words of Webex and its id of the request for the log, but nothing that looks like a token', () => {
    const words = `The refresh token ${'x'.repeat(64)} is invalid`;
    const failure = toTokenFailure(response(400, webexError(words)), now);
    expect(failure.detail).toMatchObject({ trackingId: 'ROUTER_1', cause: expect.stringContaining('[redacted]') });
    expect(JSON.stringify([failure.message, failure.detail])).not.toContain('xxx');
  });

  it('keeps an id and words that are cut after a whole character', () => {
    const id = `${'A'.repeat(126)}😀😀😀`;
    const { detail } = toTokenFailure(response(400, { message: '😀'.repeat(300), trackingId: id }), now);
    expect(JSON.stringify(detail).isWellFormed()).toBe(true);
    expect(detail).toMatchObject({ trackingId: `${'A'.repeat(126)}…` });
  });
});
