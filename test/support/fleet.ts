/** Many connected customers at once, written as documents, for tests of custody over a fleet: one organization and one grant each. */

import type { WebexControl } from '../../local/webex/control/control.ts';
import type { TokenResponse } from '../../local/webex/oauth/token-response.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import { codeOf } from '../../shared/domain/failure.ts';
import type { StoredGrant } from '../../shared/domain/grant.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Sealer, Store, Write } from '../../shared/ports.ts';
import { accessTokenPlace, connectionPath, customerPath, refreshTokenPlace } from '../../shared/storage/layout.ts';

export interface Member {
  customerId: string;
  orgId: string;
}

/** `count` members whose ids say their number. */
export function members(count: number): Member[] {
  return Array.from({ length: count }, (_, index) => ({
    customerId: `customer-${index}`,
    orgId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  }));
}

/** Gives every member an organization at the stand-in. */
export function organize(control: WebexControl, fleet: Member[]): void {
  for (const { customerId, orgId } of fleet) control.addOrganization({ id: orgId, name: customerId, people: 1 });
}

/** The pair that Webex answered, as it is stored. */
export async function sealedGrant(
  sealer: Sealer,
  customerId: string,
  pair: TokenResponse,
  facts: { serial: number; now: number },
): Promise<StoredGrant> {
  return {
    serial: facts.serial,
    sealedAccessToken: await sealer.seal(new Secret(pair.access_token), accessTokenPlace(customerId)),
    sealedRefreshToken: await sealer.seal(new Secret(pair.refresh_token!), refreshTokenPlace(customerId)),
    accessExpiresAt: facts.now + pair.expires_in * 1000,
    refreshExpiresAt: facts.now + pair.refresh_token_expires_in * 1000,
    scopes: pair.scope?.split(' ') ?? [],
    grantedAt: facts.now,
    refreshedAt: facts.now,
  };
}

/** Stores every member as a customer that an administrator has just connected. */
export async function connect(
  { store, sealer }: { store: Store; sealer: Sealer },
  control: Pick<WebexControl, 'grant'>,
  fleet: Member[],
  now: number,
  change: (connection: Connection) => Connection = (connection) => connection,
): Promise<void> {
  const batch: Write[] = [];
  for (const { customerId, orgId } of fleet) {
    const pair = control.grant({ orgId });
    const grant = await sealedGrant(sealer, customerId, pair, { serial: 1, now });
    const listed = { ancestors: ['sys'], nameKey: customerId };
    const fresh: Connection = { customerId, ...listed, state: 'absent', failures: 0, epoch: 0 };
    const named = { id: customerId, hierarchy: 'sys', name: customerId, accountNumber: orgId, shadow: [], etag: '1' };
    const customer: Customer = { ...named, createdAt: now, updatedAt: now };
    batch.push({ set: customerPath(customerId), data: customer });
    batch.push({ set: connectionPath(customerId), data: change(withGrant(fresh, grant, now)) });
    if (batch.length >= 100) await write(store, batch.splice(0));
  }
  if (batch.length > 0) await write(store, batch);
}

/** Again while a cold emulator on a busy machine lets it time out: unconditional writes may be repeated. */
async function write(store: Store, writes: Write[]): Promise<void> {
  for (let left = 5; ; left--) {
    try {
      await store.commit(writes);
      return;
    } catch (error) {
      if (codeOf(error) !== 'store_unavailable' || left === 0) throw error;
    }
  }
}
