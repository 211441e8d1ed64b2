/** Webex in memory: grants that live, rotate, expire and are revoked. Only what refreshing and verifying a grant needs. */

import { Failure } from '../../shared/domain/failure.ts';
import type { TokenPair } from '../../shared/domain/grant.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Webex } from '../../shared/ports.ts';

export interface Grant {
  refreshToken: string;
  refreshExpiresAt: number;
  accessLifetimeMs: number;
  refreshLifetimeMs: number;
  rotates: boolean;
  revoked: boolean;
}

/** @param disturb called before Webex acts; throws when Webex does not act, or says that its response gets lost */
export function memoryWebex(now: () => number, disturb: (customerId: string) => 'answer lost' | undefined) {
  const grants = new Map<string, Grant>();
  let tokens = 0;

  async function refresh({ refreshToken }: { refreshToken: Secret }): Promise<TokenPair> {
    const token = refreshToken.reveal();
    const customerId = ownerOf(token);
    const fate = disturb(customerId);
    const grant = grants.get(customerId)!;
    if (!isAlive(grant, token, now())) throw new Failure('grant_refused', 'Webex refuses the grant.');
    tokens += 1;
    // Nobody can keep a rotated pair whose response is lost, so such a loss is not simulated.
    if (grant.rotates && !fate) grant.refreshToken = `${customerId} ${tokens}`;
    grant.refreshExpiresAt = now() + grant.refreshLifetimeMs;
    if (fate) throw new Failure('webex_unavailable', 'Webex could not be reached.');
    return {
      requestedAt: now(),
      accessToken: new Secret(`${customerId} access ${tokens}`),
      refreshToken: new Secret(grant.refreshToken),
      accessExpiresAt: now() + grant.accessLifetimeMs,
      refreshExpiresAt: grant.refreshExpiresAt,
    };
  }

  const webex: Pick<Webex, 'refresh' | 'me' | 'organization'> = {
    refresh,
    async me({ accessToken }) {
      const orgId = ownerOf(accessToken.reveal());
      const nothing = { phoneNumbers: [], sipAddresses: [], licenses: [] };
      return { id: `admin-${orgId}`, orgId, emails: [`admin@${orgId}.example`], roles: ['id_full_admin'], ...nothing };
    },
    organization: async (_access, id) => ({ id, displayName: id }),
  };
  return { grants, webex: webex as Webex };
}

export function isAlive(grant: Grant, refreshToken: string, now: number): boolean {
  return grant.refreshToken === refreshToken && !grant.revoked && grant.refreshExpiresAt > now;
}

const ownerOf = (token: string) => token.slice(0, token.indexOf(' '));
