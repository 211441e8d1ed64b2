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
import { clearOutcome, readOutcome } from '../../../shared/connect/outcome.ts';
import { type ConnectLink, digest, type Outcome, type UsedState } from '../../../shared/domain/authorization.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import type { SyncHead } from '../../../shared/domain/sync-head.ts';
import { day } from '../../../shared/domain/time.ts';
import { toFailure } from '../../../shared/http/problem.ts';
import {
  accessTokenPlace,
  customerPath,
  linkPath,
  refreshTokenPlace,
  syncHeadPath,
  usedStatePath,
} from '../../../shared/storage/layout.ts';
import { requestDueSyncs } from '../../../shared/sync/schedule.ts';
import { frozenClock } from '../../support/clock.ts';
import { queueUnavailable, storeUnavailable } from '../../support/faulty.ts';
import { connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const acme = sampleOrganizations[0]!;
const who = acme.administrators![0]!;
const redirectUris = ['http://localhost:8080/webex_teams_oauth/callback'];

let webex: WebexServer;
let ports: TestPorts;
let customer: string;

beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, clients: [{ ...sampleClient, redirectUris }] });
  ports = testPorts(webex, { clock });
  customer = await connectedCustomer(ports, webex, acme);
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

/** Consents in a browser. @returns what `finishAuthorization` needs */
async function consented(secret?: string) {
  const { url, sealed, state } = await startAuthorization(ports, secret);
  const pending = (await openAuthorization(ports, sealed))!;
  const code = new URL(await authorize(url, who)).searchParams.get('code')!;
  return { pending, params: { code }, path: usedStatePath(digest(state)) };
}

async function link(): Promise<string> {
  const { url } = await createConnectLink(ports, customer, 'portal@example.com');
  return url.slice(url.lastIndexOf('/') + 1);
}

const finish = ({ pending, params }: Awaited<ReturnType<typeof consented>>) =>
  finishAuthorization(ports, pending, params, { logAndClassify: toFailure, admitExchange: () => {} });

describe('through a link', () => {
  it('stores the pair sealed for its place, counts its expiry from before the request, and marks the link as used in one commit', async () => {
    const secret = await link();
    const callback = await consented(secret);
    const before = await readConnection(ports.store, customer);
    ports.webex.afterNext('exchangeCode', () => ports.clock.advance(20_000));
    const asked = ports.clock.now();
    await finish(callback);
    const { grant } = await readConnection(ports.store, customer);
    const { accessTokens, refreshTokens } = webex.control.tokens(acme.id);
    const opened = await ports.sealer.open(grant!.sealedAccessToken, accessTokenPlace(customer));
    expect(accessTokens.map(({ value }) => value)).toContain(opened.reveal());
    const refresh = await ports.sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(customer));
    expect(refreshTokens.map(({ value }) => value)).toContain(refresh.reveal());
    expect(grant!.refreshExpiresAt! - asked).toBeGreaterThan(90 * day - 10_000);
    expect(grant!.refreshExpiresAt! - asked).toBeLessThan(90 * day + 5_000);
    expect(grant).toMatchObject({
      serial: before.grant!.serial + 1,
      authorizer: { email: who.email, organizationId: acme.id },
    });
    expect((await ports.store.get<ConnectLink>(linkPath(digest(secret))))!.data.usedAt).toBeTypeOf('number');
    expect(await readOutcome(ports, callback.pending)).toMatchObject({
      kind: 'connected',
      again: true,
    });
  });

  it('requests the first sync in the same commit; the scheduled pass repeats a lost message', async () => {
    await ports.store.commit([{ delete: syncHeadPath(customer) }]);
    ports.queue.failNext('publish', queueUnavailable(), { times: 'always' });
    await finish(await consented(await link()));
    ports.queue.heal();
    const run = (await ports.store.get<SyncHead>(syncHeadPath(customer)))?.data.run?.id;
    expect(run).toBeTypeOf('string');
    ports.clock.advance(3_600_000);
    const sent = ports.messages.length;
    expect(await requestDueSyncs(ports, ports.clock.now() + 60_000)).toMatchObject({ resent: 1, failed: 0 });
    expect(ports.messages.slice(sent)).toMatchObject([{ topic: 'sync-users', data: { customer, sync: run } }]);
  });

  it('stores nothing if the account number of the customer changes in the meantime', async () => {
    const callback = await consented(await link());
    ports.webex.beforeNext('me', async () => {
      const read = (await ports.store.get<Customer>(customerPath(customer)))!;
      const moved = { ...read.data, accountNumber: sampleOrganizations[1]!.id };
      await ports.store.commit([{ set: read.path, data: moved }]);
    });
    const before = await readConnection(ports.store, customer);
    await finish(callback);
    expect(await readOutcome(ports, callback.pending)).toMatchObject({
      kind: 'failed',
      code: 'wrong_organization',
    });
    expect(await readConnection(ports.store, customer)).toEqual(before);
  });

  it('keeps a change of the connection made in the meantime', async () => {
    const callback = await consented(await link());
    const path = `connections/${customer}`;
    const rename = async () => {
      const read = (await ports.store.get<object>(path))!;
      await ports.store.commit([{ set: path, data: { ...read.data, nameKey: 'renamed' } }]);
    };
    ports.store.beforeNext('commit', rename, { path });
    await finish(callback);
    expect(await readConnection(ports.store, customer)).toMatchObject({
      nameKey: 'renamed',
      grant: { authorizer: { email: who.email } },
    });
    expect(await readOutcome(ports, callback.pending)).toMatchObject({ kind: 'connected' });
  });

  it('connects once if two authorizations of one link finish together', async () => {
    const secret = await link();
    const both = [await consented(secret), await consented(secret)];
    await Promise.all(both.map(finish));
    const outcomes = await Promise.all(both.map(({ pending }) => readOutcome(ports, pending)));
    expect(outcomes.map((outcome) => (outcome as Outcome).kind).sort()).toEqual(['connected', 'failed']);
  });

  it('publishes that the customer is connected, and who created the link', async () => {
    await finish(await consented(await link()));
    const events = await ports.store.query<{ type: string; by?: string }>({
      collection: `customers/${customer}/events`,
      limit: 50,
    });
    const connected = events.map(({ data }) => data).filter(({ type }) => type === 'connected');
    expect(connected).toMatchObject([
      { by: 'portal@example.com', facts: { organization: acme.name, authorizer: who.email } },
    ]);
    expect(ports.messages.map(({ data }) => data.type)).toContain('webex_customer_access.customer.v1.connected');
  });
});

describe('an outcome', () => {
  it('is sealed for its own state', async () => {
    const [one, two] = [await consented(), await consented()];
    await finish(one);
    await finish(two);
    const [mine, other] = await ports.store.getMany<UsedState>([one.path, two.path]);
    expect(JSON.stringify(mine)).not.toContain('accessToken');
    await ports.store.commit([{ set: one.path, data: { ...mine!.data, outcome: other!.data.outcome } }]);
    await expect(readOutcome(ports, one.pending)).rejects.toMatchObject({ code: 'sealed_text_invalid' });
  });

  it('says that a sign-in was interrupted if its process died, and never exchanges its code again', async () => {
    const callback = await consented();
    await dieAfterClaim(callback);
    expect(await readOutcome(ports, callback.pending)).toBe('working');
    ports.clock.advance(3 * 60_000);
    await finish(callback);
    await expect(readOutcome(ports, callback.pending)).rejects.toThrow('interrupted');
    expect(webex.control.stats().requests['POST /v1/access_token']).toBeUndefined();
  });

  it('does not exist before the callback', async () => {
    const { pending } = await consented();
    await expect(readOutcome(ports, pending)).rejects.toMatchObject({ code: 'authorization_not_valid' });
  });

  it('is gone once cleared, and the state stays used', async () => {
    const callback = await consented();
    await finish(callback);
    await clearOutcome(ports, callback.pending);
    await finish(callback);
    expect(await readOutcome(ports, callback.pending)).toBeUndefined();
    expect(JSON.stringify(await ports.store.get(callback.path))).not.toContain('outcome');
  });

  it('leaves the state unused if the store cannot be written, so that the callback can be repeated', async () => {
    const callback = await consented();
    ports.store.failNext('commit', storeUnavailable(), { times: 'always' });
    await expect(finish(callback)).rejects.toMatchObject({ code: 'store_unavailable' });
    ports.store.heal();
    await finish(callback);
    expect(await readOutcome(ports, callback.pending)).toMatchObject({ kind: 'tokens' });
  });

  it.each([401, 429, 503])('shows the tokens even if Webex answers %i when asked whose they are', async (status) => {
    webex.control.faults({ match: { path: 'people/me' }, fault: { status }, times: 'always' });
    const callback = await consented();
    await finish(callback);
    const outcome = (await readOutcome(ports, callback.pending)) as Outcome & { kind: 'tokens' };
    expect(outcome).toMatchObject({ kind: 'tokens', obstacles: [] });
    expect(outcome).not.toHaveProperty('owner');
    expect(webex.control.isAlive(outcome.refreshToken)).toBe(true);
  });

  it('is reached even if the response to a commit is lost', async () => {
    const callback = await consented();
    ports.store.failNext('commit', storeUnavailable(), { times: 2, answerLost: true });
    await finish(callback);
    expect(await readOutcome(ports, callback.pending)).toMatchObject({ kind: 'tokens' });
  });

  it('is a failure if Webex sends no refresh token', async () => {
    ports.webex.answerNext('exchangeCode', async (act) => {
      const { refreshToken: _, ...pair } = await act();
      return pair;
    });
    const callback = await consented();
    await finish(callback);
    expect(await readOutcome(ports, callback.pending)).toMatchObject({
      kind: 'failed',
      code: 'webex_unavailable',
    });
  });
});

/** Claims the state, then dies. */
async function dieAfterClaim(callback: Awaited<ReturnType<typeof consented>>): Promise<void> {
  ports.webex.answerNext('exchangeCode', async () => {
    ports.store.failNext('commit', storeUnavailable(), { times: 'always' });
    throw new Error('The process is gone.');
  });
  await expect(finish(callback)).rejects.toMatchObject({ code: 'store_unavailable' });
  ports.store.heal();
}
