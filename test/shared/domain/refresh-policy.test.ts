import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import type { StoredGrant } from '../../../shared/domain/grant.ts';
import { confirmRefusalAfterMs, leaseMs, withLease } from '../../../shared/domain/lease.ts';
import {
  afterConfirmedRefusal,
  afterFailure,
  afterSuccess,
  afterUnjudged,
  afterWarning,
  decideRefresh,
} from '../../../shared/domain/refresh-policy.ts';
import { day, hour } from '../../../shared/domain/time.ts';

const now = 1_790_000_000_000;

const refreshExpiresAt = now + 83 * day;
const grant: StoredGrant = {
  serial: 1,
  sealedAccessToken: 'a',
  sealedRefreshToken: 'r',
  accessExpiresAt: now + 7 * day,
  refreshExpiresAt,
  scopes: [],
  grantedAt: now - 7 * day,
  refreshedAt: now - 7 * day,
};

function connection(changes: Partial<Connection> = {}): Connection {
  const base = { customerId: 'c', ancestors: ['sys'], nameKey: 'c', failures: 0, epoch: 3 };
  return { ...base, state: 'active', grant, nextRefreshAt: now, nextWarningAt: now + 53 * day, ...changes };
}

const by = (owner: string) => ({ owner, now, requiredScopes: [] as string[] });
const failure = (code: FailureCode) => new Failure(code, 'no') as Failure;
const fail = (code: FailureCode, state = connection(), at = now) =>
  afterFailure(state, failure(code), { now: at, random: 0 });

describe('decideRefresh', () => {
  it('is due from its instant on, and before it when someone asks', () => {
    expect(decideRefresh(connection(), now).kind).toBe('due');
    expect(decideRefresh(connection(), now - 1)).toEqual({ kind: 'not_due', at: now });
    expect(decideRefresh(connection(), now - 1, true).kind).toBe('due');
  });

  it('leaves a held lease alone until it ends, even when someone asks', () => {
    const held = withLease(connection(), 'other', now);
    expect(decideRefresh(held, now + leaseMs - 1, true)).toEqual({ kind: 'leased', until: now + leaseMs });
    expect(decideRefresh(held, now + leaseMs).kind).toBe('due');
  });

  it('tries nothing without a grant', () => {
    expect(
      decideRefresh(connection({ state: 'absent', grant: undefined, nextRefreshAt: undefined }), now, true).kind,
    ).toBe('not_connected');
    const ended = connection({ state: 'reauthorization_required', grant: undefined });
    expect(decideRefresh(ended, now, true).kind).toBe('reauthorization_required');
  });
});

describe('a refresh that succeeds', () => {
  it('clears the failures, ends the lease, schedules the next one and reports the recovery', () => {
    const fault = { code: 'webex_unavailable', message: '', at: now };
    const ill = withLease(connection({ state: 'degraded', failures: 4, fault, refusals: { since: now } }), 'me', now);
    const { connection: well, events } = afterSuccess(ill, { ...grant, serial: 2, refreshedAt: now }, by('me'));
    expect(well).toMatchObject({ state: 'active', failures: 0, epoch: 4, grant: { serial: 2 } });
    expect(well).not.toHaveProperty('lease');
    expect(well).not.toHaveProperty('fault');
    expect(well).not.toHaveProperty('refusals');
    expect(well.nextRefreshAt).toBeGreaterThan(now);
    expect(events).toEqual([{ type: 'recovered', facts: { failures: 4 } }]);
  });

  it('causes no event for a healthy connection', () => {
    expect(afterSuccess(connection(), grant, by('me')).events).toEqual([]);
  });
});

describe('a refresh that fails', () => {
  const transient: FailureCode[] = [
    'webex_unavailable',
    'webex_rate_limited',
    'webex_unexpected',
    'webex_forbidden',
    'internal',
  ];
  it.each(transient)('keeps the grant through any number of %s', (code) => {
    let state = connection();
    for (let count = 1; count <= 200; count++) {
      state = afterFailure(state, failure(code), { now: now + count * day, random: 0.5 }).connection;
      expect(state).toMatchObject({ state: 'degraded', failures: count, grant });
      expect(state.nextRefreshAt).toBeGreaterThan(now + count * day);
    }
  });

  it('reports the degradation once', () => {
    const first = fail('webex_unavailable');
    expect(first.events).toEqual([{ type: 'degraded', facts: { code: 'webex_unavailable' } }]);
    expect(fail('webex_unavailable', first.connection).events).toEqual([]);
  });

  it('never ends a connection, and records since when Webex has refused the grant', () => {
    let state = connection();
    for (let hours = 0; hours < 100; hours++) {
      state = fail('grant_refused', state, now + hours * hour).connection;
      expect(state).toMatchObject({ state: 'degraded', refusals: { since: now, grantSince: now } });
      expect(state.nextRefreshAt! - now - hours * hour).toBeGreaterThanOrEqual(confirmRefusalAfterMs);
    }
  });

  it('counts refusals anew after a success, and after the end of an incident', () => {
    const first = fail('grant_refused').connection;
    const working = afterSuccess(first, { ...grant, serial: 2 }, by('me')).connection;
    expect(fail('grant_refused', working, now + day).connection.refusals).toEqual({
      since: now + day,
      grantSince: now + day,
    });
    const context = { now: now + hour, random: 0, voidBefore: now + 1 };
    expect(afterFailure(first, failure('grant_refused'), context).connection.refusals?.grantSince).toBe(now + hour);
    expect(afterFailure(first, failure('client_refused'), context).connection.refusals).toEqual({ since: now + hour });
  });

  it('does not count a refusal for another reason towards ending the connection', () => {
    for (const code of ['client_refused', 'webex_unexpected'] as const) {
      expect(fail(code).connection.refusals).toEqual({ since: now });
    }
    expect(fail('webex_unavailable').connection).not.toHaveProperty('refusals');
  });

  it('leaves no mark for a fault of our own platform', () => {
    const held = withLease(connection(), 'me', now);
    const { lease: _lease, ...before } = held;
    expect(fail('secrets_unavailable', held)).toEqual({ connection: before, events: [] });
  });
});

describe('a refusal that is not judged yet', () => {
  it('changes nothing visible, and the customer stays due', () => {
    const before = connection();
    const { refusals, ...rest } = afterUnjudged(before, failure('client_refused'), { now, random: 0 });
    expect(rest).toEqual(before);
    expect(refusals).toEqual({ since: now });
    const dead = afterUnjudged(before, failure('grant_refused'), { now, random: 0 });
    expect(dead).toMatchObject({ state: 'active', failures: 0, nextRefreshAt: now + confirmRefusalAfterMs });
  });

  it('waits as long as Webex asks when the rate is limited, and is no refusal', () => {
    const limited = new Failure('webex_rate_limited', 'no', { retryAfterMs: 300_000 }) as Failure;
    const after = afterUnjudged(connection(), limited, { now, random: 0 });
    expect(after).toMatchObject({ state: 'active', nextRefreshAt: now + 300_000 });
    expect(after).not.toHaveProperty('refusals');
  });
});

describe('a connection that has ended', () => {
  const ended = () => afterConfirmedRefusal(connection(), failure('grant_refused'), now).connection;

  it('keeps its grant, reports its end once, and warns no more', () => {
    const { connection: after, events } = afterConfirmedRefusal(connection(), failure('grant_refused'), now);
    expect(after).toMatchObject({ state: 'reauthorization_required', grant, fault: { code: 'grant_refused' } });
    expect(after).not.toHaveProperty('nextWarningAt');
    expect(events).toEqual([{ type: 'reauthorization_required', facts: { reason: 'no' } }]);
  });

  it('is tried once a day until the refresh token expires', () => {
    let state = ended();
    let tries = 0;
    while (state.nextRefreshAt !== undefined) {
      expect(decideRefresh(state, state.nextRefreshAt - 1).kind).toBe('not_due');
      expect(decideRefresh(state, state.nextRefreshAt).kind).toBe('due');
      state = afterFailure(state, failure('grant_refused'), { now: state.nextRefreshAt, random: 0 }).connection;
      tries += 1;
    }
    expect(tries).toBe(82);
    expect(state).toMatchObject({ state: 'reauthorization_required', grant });
    expect(decideRefresh(state, refreshExpiresAt, true).kind).toBe('reauthorization_required');
  });

  it('is tried by a caller at most every ten minutes', () => {
    const tried = withLease(ended(), 'me', now + hour);
    const { lease: _lease, ...released } = tried;
    const at = (minutes: number) => decideRefresh(released, now + hour + minutes * 60_000, true).kind;
    expect([at(0), at(9), at(10)]).toEqual(['reauthorization_required', 'reauthorization_required', 'due']);
  });
});

describe('the time left', () => {
  it('causes one warning when it crosses a mark, and the next mark is scheduled', () => {
    const at = refreshExpiresAt - 30 * day;
    const once = afterWarning(connection({ nextWarningAt: at }), at);
    expect(once.events).toEqual([{ type: 'expiring', facts: { days: 30, expiresAt: refreshExpiresAt } }]);
    expect(once.connection.nextWarningAt).toBe(refreshExpiresAt - 14 * day);
    expect(afterWarning(once.connection, at).events).toEqual([]);
  });

  it('causes one warning when it has crossed several marks', () => {
    const at = refreshExpiresAt - 2 * day;
    expect(afterWarning(connection({ nextWarningAt: refreshExpiresAt - 30 * day }), at).events).toMatchObject([
      { facts: { days: 3 } },
    ]);
  });
});
