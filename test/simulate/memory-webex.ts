/** Webex's token endpoint in memory, for the refresh alone: grants that live, rotate, expire and are revoked, and its bad days. */

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

/** @param disturb called with every exchange before Webex acts; throws where it is away, or tells that its answer gets lost */
export function memoryWebex(now: () => number, disturb: () => 'answer lost' | undefined) {
  const grants = new Map<string, Grant>();
  let tokens = 0;

  async function refresh({ refreshToken }: { refreshToken: Secret }): Promise<TokenPair> {
    const fate = disturb();
    const token = refreshToken.reveal();
    const customerId = token.slice(0, token.indexOf(' '));
    const grant = grants.get(customerId)!;
    if (grant.refreshToken !== token || grant.revoked || grant.refreshExpiresAt <= now()) {
      throw new Failure('grant_refused', 'Webex refuses the grant.');
    }
    tokens += 1;
    // A rotated pair whose answer is lost is lost at Webex; nobody can keep it.
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

  return { grants, webex: { refresh } as Pick<Webex, 'refresh'> as Webex };
}
