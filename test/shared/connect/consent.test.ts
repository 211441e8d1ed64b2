/**
 * A consent through a link: verified first, stored under a new epoch, and stored as pending while Webex cannot say who
 * consented.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../local/webex/authorize.ts';
import { sampleClient, sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import {
  finishAuthorization,
  openAuthorization,
  startAuthorization,
} from '../../../shared/connect/authorization-code.ts';
import { createConnectLink } from '../../../shared/connect/link.ts';
import { readOutcome } from '../../../shared/connect/outcome.ts';
import { exchangePastedTokens } from '../../../shared/connect/pasted-tokens.ts';
import { settlePendingDue } from '../../../shared/connect/pending-grant.ts';
import { changeCustomer, readCustomer, readStored } from '../../../shared/customers/records.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { hour, minute } from '../../../shared/domain/time.ts';
import { toFailure } from '../../../shared/http/problem.ts';
import { connectionPath, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { refreshConnection } from '../../../shared/tokens/refresh.ts';
import { frozenClock } from '../../support/clock.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { administrator, connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const acme = sampleOrganizations[0]!;
const globex = sampleOrganizations[1]!;
const who = acme.administrators![0]!;
const redirectUris = ['http://localhost:8080/webex_teams_oauth/callback'];

let webex: WebexServer;
let ports: TestPorts;
let customer: string;

beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, rotation: 'rotate', clients: [{ ...sampleClient, redirectUris }] });
  ports = testPorts(webex, { clock });
  customer = await connectedCustomer(ports, webex, acme);
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const stored = () => readConnection(ports.store, customer);
const storedTokenIsAlive = async () => {
  const { sealedRefreshToken } = (await stored()).grant!;
  return webex.control.isAlive((await ports.sealer.open(sealedRefreshToken, refreshTokenPlace(customer))).reveal());
};

/** The whole way of a browser through a link. @returns the outcome that it is shown */
async function consent() {
  const { url: link } = await createConnectLink(ports, customer, 'portal@example.com');
  const { url, sealed } = await startAuthorization(ports, link.slice(link.lastIndexOf('/') + 1));
  const pending = (await openAuthorization(ports, sealed))!;
  const code = new URL(await authorize(url, who)).searchParams.get('code')!;
  await finishAuthorization(ports, pending, { code }, { logAndClassify: toFailure, admitExchange: () => {} });
  return readOutcome(ports, pending);
}

describe('the first calls with a new token', () => {
  const passing: [string, () => void][] = [
    ['people/me answers 401 twice', () => fault('people/me', { status: 401 }, 2)],
    ['people/me answers 503', () => fault('people/me', { status: 503 }, 1)],
    ['people/me answers 429', () => fault('people/me', { status: 429, retryAfter: 2 }, 1)],
    ['the organization answers 401 twice', () => fault('organizations/', { status: 401 }, 2)],
    ['the organization answers 503', () => fault('organizations/', { status: 503 }, 1)],
    ['the connection drops', () => ports.webex.failNext('me', new Failure('webex_unavailable', 'cut') as Failure)],
  ];
  const fault = (path: string, answer: { status: number; retryAfter?: number }, times: number | 'always') =>
    webex.control.faults({ match: { path }, fault: answer, times });

  it.each(passing)('may fail within seconds: %s', async (_name, order) => {
    order();
    const startedAt = ports.clock.now();
    expect(await consent()).toMatchObject({ kind: 'connected' });
    expect(ports.clock.now() - startedAt).toBeLessThan(6_000);
    expect(await stored()).toMatchObject({ state: 'active', grant: { authorizer: { email: who.email } } });
  });

  it('may fail for longer: the pair waits beside the working grant, and is verified later', async () => {
    const { id } = fault('people/me', { status: 503 }, 'always');
    const before = (await stored()).grant;
    expect(await consent()).toMatchObject({ kind: 'unverified' });
    expect(await stored()).toMatchObject({ state: 'active', grant: before, pending: { source: 'code' } });
    webex.control.clearFaults(id);
    ports.clock.advance(hour);
    await settlePendingDue(ports, { concurrency: 1, endsAt: ports.clock.now() + minute });
    expect(await stored()).toMatchObject({ state: 'active', grant: { authorizer: { email: who.email } } });
    expect(await stored()).not.toHaveProperty('pending');
  });
});

it('connects where Webex gives no credible life of the refresh token, and renews it early', async () => {
  ports.webex.answerNext('exchangeCode', async (act) => {
    const { refreshExpiresAt: _known, ...pair } = await act();
    return pair;
  });
  const outcome = await consent();
  expect(outcome).toMatchObject({ kind: 'connected' });
  expect(outcome).not.toHaveProperty('refreshExpiresAt');
  const { grant, nextRefreshAt } = await stored();
  expect(grant).not.toHaveProperty('refreshExpiresAt');
  expect(nextRefreshAt! - ports.clock.now()).toBeLessThanOrEqual(24 * hour);
});

describe('a consent that meets another flow', () => {
  it('wins over a pasted pair that is being verified', async () => {
    ports.webex.answerNext('refresh', async () => {
      await consent();
      throw new Failure('webex_rate_limited', 'Slow down.', { retryAfterMs: 5_000 });
    });
    const { customer: record } = await readCustomer(ports.store, administrator, customer, 'reader');
    const garbage = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
    await expect(exchangePastedTokens(ports, administrator, record, garbage)).rejects.toBeInstanceOf(Failure);
    expect(await stored()).toMatchObject({ state: 'active', grant: { authorizer: { email: who.email } } });
    expect(await stored()).not.toHaveProperty('pending');
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('wins over a refresh that is still running', async () => {
    ports.webex.afterNext('refresh', consent);
    const read = (await ports.store.get<Connection>(connectionPath(customer)))!;
    expect((await refreshConnection(ports, read, { force: true })).outcome).toBe('superseded');
    expect(await stored()).toMatchObject({ state: 'active', grant: { authorizer: { email: who.email } } });
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('and a change of the account number cannot both succeed', async () => {
    const { grant: _grant, nextRefreshAt: _next, ...empty } = await stored();
    await ports.store.commit([{ set: connectionPath(customer), data: { ...empty, state: 'absent' } }]);
    let changed: unknown;
    ports.store.beforeNext(
      'commit',
      async () => {
        const read = await readStored(ports.store, administrator, customer, 'administrator');
        const change = (record: object) => ({ ...record, accountNumber: globex.id }) as never;
        changed = await changeCustomer(ports, administrator, read, undefined, change).catch(toFailure);
      },
      { path: connectionPath(customer) },
    );
    const outcome = await consent();
    const { customer: record, connection } = await readCustomer(ports.store, administrator, customer, 'reader');
    expect(changed).toBeDefined();
    expect(connection.grant?.authorizer?.organizationId ?? record.accountNumber).toBe(record.accountNumber);
    expect(outcome).toMatchObject({ kind: connection.grant ? 'connected' : 'failed' });
  });

  it('is stored once the store is available again, after Webex has given the pair', async () => {
    ports.store.failNext('commit', storeUnavailable(), { path: connectionPath(customer), times: 3 });
    expect(await consent()).toMatchObject({ kind: 'connected' });
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('is stored even if other writers are faster twenty times', async () => {
    const lost = new Failure('conflict', 'lost') as Failure;
    ports.store.failNext('commit', lost, { path: connectionPath(customer), times: 20 });
    expect(await consent()).toMatchObject({ kind: 'connected' });
    expect(await storedTokenIsAlive()).toBe(true);
  });
});
