import { describe, expect, it } from 'vitest';
import { toTokenPair } from '../../../../shared/adapters/webex/token-response.ts';

const requestedAt = 1_000_000;
const pairOf = (body: unknown) =>
  toTokenPair({ status: 200, sentTrackingId: 'WCA_1', body, header: () => undefined }, requestedAt);

describe('a token response', () => {
  it('becomes a pair with the instants at which it expires', () => {
    const pair = pairOf({
      access_token: 'access',
      expires_in: 1_209_599,
      refresh_token: 'refresh',
      refresh_token_expires_in: 7_775_999,
      scope: 'spark:b  spark:a',
    });
    expect([pair.accessToken.reveal(), pair.refreshToken!.reveal()]).toEqual(['access', 'refresh']);
    expect(pair).toMatchObject({
      requestedAt,
      accessExpiresAt: requestedAt + 1_209_599_000,
      refreshExpiresAt: requestedAt + 7_775_999_000,
      scopes: ['spark:a', 'spark:b'],
    });
  });

  it.each([undefined, null, 0, -1, 59, 7_775_999_999, 1e300, Number.NaN, '', 'soon', '90d', [], true])(
    'with a lifetime of %o is a pair whose expiry is unknown',
    (lifetime) => {
      const pair = pairOf({
        access_token: 'access',
        refresh_token: 'refresh',
        expires_in: lifetime,
        refresh_token_expires_in: lifetime,
      });
      expect(pair.refreshToken!.reveal()).toBe('refresh');
      expect(pair).not.toHaveProperty('accessExpiresAt');
      expect(pair).not.toHaveProperty('refreshExpiresAt');
    },
  );

  it.each([
    [60, 60_000],
    ['3600', 3_600_000],
    [90.5, 90_500],
  ])('with a lifetime of %o seconds expires after %i ms', (lifetime, ms) => {
    expect(pairOf({ access_token: 'access', expires_in: lifetime }).accessExpiresAt).toBe(requestedAt + ms);
  });

  it.each([undefined, '', 7, 'a b', 'a\nb', 'ü', 'a'.repeat(16_385)])(
    'without a usable refresh token (%o) has none',
    (text) => {
      expect(pairOf({ access_token: 'access', refresh_token: text })).not.toHaveProperty('refreshToken');
    },
  );

  it.each([undefined, null, [], {}, { access_token: 7 }, { access_token: '' }, { access_token: 'a\nb' }])(
    'without an access token is an outage: %o',
    (body) => {
      expect(() => pairOf(body)).toThrow(expect.objectContaining({ code: 'webex_unavailable' }));
    },
  );
});
