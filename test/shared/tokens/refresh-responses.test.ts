/**
 * Every row of the table of Webex's answers in docs/custody.md, and malformed ones: the effect on the connection, the run
 * and the tokens.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/webex/faults/rules.ts';
import type { WebexServer } from '../../../local/webex/server.ts';
import { integrationName } from '../../../shared/adapters/webex/integration.ts';
import { retryAfterMsOf } from '../../../shared/domain/failure.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { day, hour } from '../../../shared/domain/time.ts';
import { type CustodyWorld, startCustodyWorld } from '../../support/custody-world.ts';
import { readConnection, type TestPorts } from '../../support/ports.ts';

let world: CustodyWorld;
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  world = await startCustodyWorld({ rotation: 'keep', size: 6, connected: 1 });
  ({ webex, ports } = world);
});
afterEach(() => world.close());

const fault = (fault: Fault, times: number | 'always' = 1) =>
  webex.control.faults({ match: { grant: 'refresh_token', orgId: world.orgId }, times, fault });
const json = (body: unknown, status = 200): Fault => ({ status, body });
const webexBody = (message: string) => ({ message, errors: [{ description: message }], trackingId: 'ROUTER_1' });

describe('an answer without a pair keeps the connection, and is recorded by its code', () => {
  const rows: [string, Fault, string][] = [
    ['429 with Retry-After', { status: 429, retryAfter: 120 }, 'webex_rate_limited'],
    ['429 without', { status: 429 }, 'webex_rate_limited'],
    ['423', { status: 423, retryAfter: 5 }, 'webex_rate_limited'],
    ['500', { status: 500 }, 'webex_unavailable'],
    ['502 with a gateway’s page', { html: true, status: 502 }, 'webex_unavailable'],
    ['503', { status: 503 }, 'webex_unavailable'],
    ['a page in place of tokens', { html: true, status: 200 }, 'webex_unavailable'],
    ['a connection cut before', { drop: 'before' }, 'webex_unavailable'],
    ['a connection cut after Webex acted', { drop: 'after' }, 'webex_unavailable'],
    ['an empty object', json({}), 'webex_unavailable'],
    ['an empty body', json(''), 'webex_unavailable'],
    ['null', json(null), 'webex_unavailable'],
    ['a list', json([1]), 'webex_unavailable'],
    ['a token of another type', json({ access_token: 7, expires_in: 60 }), 'webex_unavailable'],
    ['a token with a line break', json({ access_token: 'a\nb', expires_in: 60 }), 'webex_unavailable'],
    ['a megabyte of token', json({ access_token: 'a'.repeat(1_000_000), expires_in: 60 }), 'webex_unavailable'],
    ['a megabyte of text', { status: 200, body: 'x'.repeat(1_000_000) }, 'webex_unavailable'],
    ['403', { status: 403 }, 'webex_unexpected'],
    ['404', { status: 404 }, 'webex_unexpected'],
    ['418', { status: 418 }, 'webex_unexpected'],
    ['400 with an error of no known kind', json({ error: 'temporarily_confused' }, 400), 'webex_unexpected'],
    ['a redirect', { status: 302, body: '' }, 'webex_unavailable'],
    ['invalid_grant', json({ error: 'invalid_grant' }, 400), 'grant_refused'],
    ['invalid_grant with 401', json({ error: 'invalid_grant' }, 401), 'grant_refused'],
    ['invalid_request', json({ error: 'invalid_request' }, 400), 'webex_unexpected'],
    [
      'Webex’s own words of a dead token',
      json(webexBody('The refresh token provided is expired, revoked, malformed, or invalid.'), 400),
      'grant_refused',
    ],
  ];
  it.each(rows)('%s', async (_name, answer, code) => {
    fault(answer);
    expect((await world.refresh()).outcome).toBe('failed');
    const connection = await world.stored();
    expect(connection).toMatchObject({ state: 'degraded', failures: 1, fault: { code } });
    expect(connection).not.toHaveProperty('lease');
    expect(connection.nextRefreshAt! - ports.clock.now()).toBeLessThanOrEqual(10 * 60_000);
    expect(await world.storedTokenIsAlive()).toBe(true);
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect(await world.stored()).toMatchObject({ state: 'active', failures: 0 });
  });

  it.each([
    [120, 120_000],
    ['999999999', 3_600_000],
    ['soon', 15_000],
    ['-5', 15_000],
  ])('Retry-After %s is waited for, within bounds', async (retryAfter, atLeastMs) => {
    fault({ status: 429, retryAfter });
    const { failure } = await world.refresh();
    expect(retryAfterMsOf(failure!)).toBe(atLeastMs);
    expect((await world.stored()).nextRefreshAt! - ports.clock.now()).toBeGreaterThan(atLeastMs - 5_000);
  });

  it.each(['a', 'invalid_'])('understands Webex where the token is the text "%s"', async (token) => {
    const asked = ports.webex.refresh({ refreshToken: new Secret(token) });
    await expect(asked).rejects.toMatchObject({ code: 'grant_refused' });
  });

  it('stores Webex’s id of the request', async () => {
    fault(json(webexBody('Something odd.'), 409));
    await world.refresh();
    expect((await world.stored()).fault!.trackingId).toMatch(/.+/);
  });
});

describe('a refused grant', () => {
  it('degrades the connection, however often a caller asks', async () => {
    webex.control.revokeGrants({ orgId: world.orgId });
    for (let tries = 1; tries <= 5; tries++) {
      expect((await world.refresh()).outcome).toBe('failed');
      expect(await world.stored()).toMatchObject({ state: 'degraded', failures: tries, grant: { serial: 1 } });
      ports.clock.advance(hour);
    }
  });

  it('ends the connection of the only customer after twenty hours of refusals, and keeps the grant', async () => {
    webex.control.revokeGrants({ orgId: world.orgId });
    ports.clock.advance(7 * day);
    const startedAt = ports.clock.now();
    while ((await world.stored()).state !== 'reauthorization_required') {
      await world.run();
      ports.clock.advance(hour);
    }
    expect(ports.clock.now() - startedAt).toBeGreaterThan(20 * hour);
    expect(ports.clock.now() - startedAt).toBeLessThan(2 * day);
    expect(await world.stored()).toMatchObject({ grant: { serial: 1 }, fault: { code: 'grant_refused' } });
    expect(ports.lines.filter(({ event }) => event === 'connection_ended')).toHaveLength(1);
  });
});

describe('an incomplete success', () => {
  it('is reported as unchanged when Webex returns the stored token', async () => {
    fault({ unchanged: true });
    expect((await world.refresh()).outcome).toBe('unchanged');
    expect(await world.stored()).toMatchObject({ state: 'active', failures: 0 });
  });

  it.each([undefined, -5, 0, 1e300, 'soon', null, 1e-9])(
    'keeps a pair with a lifetime of %s, and refreshes again within the hour',
    async (life) => {
      webex.control.settings({ rotation: 'rotate' });
      fault(json({ access_token: 'new-access', refresh_token: 'new-refresh', expires_in: life }));
      const before = (await world.stored()).grant!;
      expect((await world.refresh()).outcome).toBe('refreshed');
      const { grant, nextRefreshAt } = await world.stored();
      expect(grant!.refreshExpiresAt).toBe(before.refreshExpiresAt);
      expect(grant!.accessExpiresAt - ports.clock.now()).toBeLessThanOrEqual(3_600_000);
      expect(nextRefreshAt! - ports.clock.now()).toBeLessThanOrEqual(1_800_000);
      expect(await world.storedRefreshToken()).toBe('new-refresh');
      expect(ports.lines.find(({ event }) => event === 'refreshed')).toMatchObject({ lifetimeAssumed: true });
    },
  );

  it.each([-1, 0, 1e300, 'later'])(
    'keeps the known expiry when Webex gives a refresh token lifetime of %s',
    async (life) => {
      const before = (await world.stored()).grant!;
      fault(json({ access_token: 'new-access', expires_in: 1000, refresh_token_expires_in: life }));
      await world.refresh();
      expect((await world.stored()).grant!.refreshExpiresAt).toBe(before.refreshExpiresAt);
    },
  );

  it('keeps the scopes where Webex leaves them out, and lists those that are missing', async () => {
    webex.control.settings({ omitScope: true });
    const { scopes } = (await world.stored()).grant!;
    ports.settings.requiredScopes = [...scopes, 'spark-admin:new_scope'];
    await world.refresh();
    expect(await world.stored()).toMatchObject({ grant: { scopes }, missingScopes: ['spark-admin:new_scope'] });
    ports.settings.requiredScopes = scopes;
    await world.refresh();
    expect(await world.stored()).not.toHaveProperty('missingScopes');
  });
});

describe('a refusal of our own credentials', () => {
  it('tries the next client secret, alerts once, and marks no customer', async () => {
    await world.connect(world.fleet.slice(1));
    ports.clock.advance(7 * day);
    webex.control.settings({ clientSecrets: ['newest'] });
    for (let hours = 0; hours < 3; hours++) {
      expect((await world.run()).outcomes).toEqual({ unjudged: world.fleet.length });
      ports.clock.advance(hour);
    }
    expect(ports.lines.filter(({ event }) => event === 'fleet_refused')).toMatchObject([{ cause: 'client_refused' }]);
    for (const { customerId } of world.fleet) {
      expect(await readConnection(ports.store, customerId)).toMatchObject({ state: 'active', failures: 0 });
    }
    const values = { client_id: 'local-client', client_secrets: ['wrong', 'newest'] };
    await ports.secrets.add(integrationName, new Secret(JSON.stringify(values)));
    ports.clock.advance(6 * 60_000);
    expect(await world.run()).toMatchObject({ ended: 'done', outcomes: { refreshed: world.fleet.length } });
  });

  it('for one customer alone does not stop the others', async () => {
    await world.connect(world.fleet.slice(1));
    ports.clock.advance(7 * day);
    fault(json({ error: 'unauthorized_client' }, 401), 'always');
    expect(await world.run()).toMatchObject({
      ended: 'done',
      outcomes: { refreshed: world.fleet.length - 1, unjudged: 1 },
    });
    expect(await world.stored()).toMatchObject({ state: 'degraded', failures: 1, fault: { code: 'client_refused' } });
  });

  it('marks no customer when secrets cannot be read, and cached secrets stay in use', async () => {
    ports.clock.advance(7 * day);
    await world.refresh();
    ports.secrets.failNext('read', new Error('The secrets are away.'), { times: 'always' });
    ports.clock.advance(day);
    expect((await world.refresh()).outcome).toBe('refreshed');
  });
});
