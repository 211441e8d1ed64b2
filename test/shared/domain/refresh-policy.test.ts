import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import type { StoredGrant } from '../../../shared/domain/grant.ts';
import {
  afterFailure,
  afterSuccess,
  afterWarning,
  confirmRefusalAfterMs,
  decideRefresh,
  leaseMs,
  withLease,
} from '../../../shared/domain/refresh-policy.ts';
import { day } from '../../../shared/domain/time.ts';

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
const fail = (code: FailureCode, state = connection(), at = now) => afterFailure(state, new Failure(code, 'no'), at, 0);

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

  it('tries nothing without a grant, or after its end', () => {
    expect(
      decideRefresh(connection({ state: 'absent', grant: undefined, nextRefreshAt: undefined }), now, true).kind,
    ).toBe('not_connected');
    expect(decideRefresh(connection({ state: 'reauthorization_required' }), now, true).kind).toBe(
      'reauthorization_required',
    );
  });
});

describe('a refresh that succeeds', () => {
  it('forgets the failures, ends the lease, plans the next one and tells of the recovery', () => {
    const fault = { code: 'webex_unavailable', message: '', at: now };
    const ill = withLease(connection({ state: 'degraded', failures: 4, fault, refusedAt: now }), 'me', now);
    const { connection: well, events } = afterSuccess(ill, { ...grant, serial: 2, refreshedAt: now }, by('me'));
    expect(well).toMatchObject({ state: 'active', failures: 0, epoch: 4, grant: { serial: 2 } });
    expect(well).not.toHaveProperty('lease');
    expect(well).not.toHaveProperty('fault');
    expect(well).not.toHaveProperty('refusedAt');
    expect(well.nextRefreshAt).toBeGreaterThan(now);
    expect(events).toEqual([{ type: 'recovered', facts: { failures: 4 } }]);
  });

  it('tells nothing of what was healthy', () => {
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
      state = afterFailure(state, new Failure(code, 'no'), now + count * day, 0.5).connection;
      expect(state).toMatchObject({ state: 'degraded', failures: count, grant });
      expect(state.nextRefreshAt).toBeGreaterThan(now + count * day);
    }
  });

  it('tells of the degradation once', () => {
    const first = fail('webex_unavailable');
    expect(first.events).toEqual([{ type: 'degraded', facts: { code: 'webex_unavailable' } }]);
    expect(fail('webex_unavailable', first.connection).events).toEqual([]);
  });

  it('needs two refusals, some time apart, to end the connection', () => {
    const first = fail('grant_refused');
    expect(first.connection).toMatchObject({
      state: 'degraded',
      nextRefreshAt: now + confirmRefusalAfterMs,
      refusedAt: now,
    });
    const tooSoon = fail('grant_refused', first.connection, now + confirmRefusalAfterMs - 1);
    expect(tooSoon.connection.state).toBe('degraded');
    const second = fail('grant_refused', tooSoon.connection, now + confirmRefusalAfterMs);
    expect(second.connection.state).toBe('reauthorization_required');
    expect(second.connection).not.toHaveProperty('nextRefreshAt');
    expect(second.connection).not.toHaveProperty('nextWarningAt');
    expect(second.events[0]?.type).toBe('reauthorization_required');
  });

  it('begins anew with the proofs after a success between two refusals', () => {
    const first = fail('grant_refused').connection;
    const well = afterSuccess(first, { ...grant, serial: 2 }, by('me')).connection;
    expect(fail('grant_refused', well, now + 30 * day).connection.state).toBe('degraded');
  });

  it('marks nobody when Webex refuses our own credentials', () => {
    const held = withLease(connection(), 'me', now);
    const { lease: _lease, ...before } = held;
    expect(fail('client_refused', held)).toEqual({ connection: before, events: [] });
  });
});

describe('a runway that crosses a mark', () => {
  it('warns once and plans the next mark', () => {
    const at = refreshExpiresAt - 30 * day;
    const once = afterWarning(connection({ nextWarningAt: at }), at);
    expect(once.events).toEqual([{ type: 'expiring', facts: { days: 30, expiresAt: refreshExpiresAt } }]);
    expect(once.connection.nextWarningAt).toBe(refreshExpiresAt - 14 * day);
    expect(afterWarning(once.connection, at).events).toEqual([]);
  });

  it('warns of the nearest end only, when several marks were passed unseen', () => {
    const at = refreshExpiresAt - 2 * day;
    expect(afterWarning(connection({ nextWarningAt: refreshExpiresAt - 30 * day }), at).events).toMatchObject([
      { facts: { days: 3 } },
    ]);
  });
});
