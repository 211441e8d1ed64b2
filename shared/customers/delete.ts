/**
 * Deletes a customer: its tokens at once (and at Webex, where the scopes allow it), and everything else in the background.
 */

import { actor, type Caller } from '../domain/caller.ts';
import { proxiesOf, uniquenessPaths } from '../domain/customer.ts';
import { Failure } from '../domain/failure.ts';
import { hour } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { accessTokenPlace, removalPath, removals, verifiedOrganizationPath } from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';
import { commitUnlessConflict, transact } from '../storage/transact.ts';
import { freeingWrites } from './names.ts';
import {
  assertMatches,
  type CustomerRead,
  type Matches,
  readStored,
  type StoredCustomer,
  withoutVersions,
} from './records.ts';

/** A deletion waits no longer than this for Webex. */
const revokeTimeoutMs = 5_000;

/**
 * Deletes a customer: record, names and tokens in one commit; its users, runs and history in the background.
 * @param read the documents as the caller's request found them; after a conflict they are read again
 * @param mayDelete judges the documents that the commit names, also those that are read again
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `busy`
 */
export async function deleteCustomer(
  ports: Ports,
  caller: Caller,
  read: StoredCustomer,
  matches: Matches,
  mayDelete: (stored: StoredCustomer) => boolean = () => true,
): Promise<void> {
  const { store, clock, log } = ports;
  const { id } = read.record.data;
  let current: StoredCustomer | undefined = read;
  const deleted = await transact(ports, async () => {
    const stored = current ?? (await readStored(store, caller, id, 'administrator'));
    current = undefined;
    const { record, connection } = stored;
    assertMatches(matches, record.data);
    if (!mayDelete(stored)) throw new Failure('version_mismatch', 'The customer has changed since it was read.');
    const { accountNumber } = record.data;
    const names = [...Object.values(uniquenessPaths(record.data)), verifiedOrganizationPath(accountNumber)];
    const writes: Write[] = [
      { delete: record.path, if: { version: record.version } },
      { delete: connection.path, if: { version: connection.version } },
      ...(await freeingWrites(store, id, names)),
      // Says what is still to be purged, and is deleted last.
      { set: removalPath(id), data: { customerId: id, askedAt: clock.now(), by: actor(caller) } },
    ];
    return { writes, messages: [{ customer: id, purge: true as const }], result: withoutVersions(stored) };
  });
  const revoked = await revoke(ports, deleted);
  // The history is deleted with the customer; this line stays.
  const { id: by, request } = caller;
  log.info('customer_deleted', { customer: id, name: deleted.customer.name, by, request, revoked });
}

/** Revokes the grant at Webex where its scopes allow it, which is rare. Never fails a deletion. */
async function revoke(ports: Ports, { customer, connection }: CustomerRead): Promise<string> {
  const { grant } = connection;
  if (!grant || grant.accessExpiresAt <= ports.clock.now()) return 'no_token';
  try {
    const accessToken = await ports.sealer.open(grant.sealedAccessToken, accessTokenPlace(customer.id));
    const proxies = proxiesOf(customer);
    const signal = AbortSignal.timeout(revokeTimeoutMs);
    await ports.webex.revoke({ accessToken, signal, ...(proxies && { proxies }) }, customer.accountNumber);
    return 'revoked';
  } catch (error) {
    return error instanceof Failure ? error.code : 'internal';
  }
}

/** A purge that was requested longer ago than this has lost its message, or the queue has given the message up. */
const stalledAfterMs = hour;

/** The document `removals/{customer}`. */
interface Removal {
  customerId: string;
  askedAt: number;
  by: string;
  /** When a lost message was last sent again. */
  resentAt?: number;
}

/**
 * Sends another message for every stalled purge.
 * @returns how many
 */
export async function resumeStalledPurges(
  ports: Pick<Ports, 'store' | 'queue' | 'clock' | 'settings' | 'log'>,
): Promise<number> {
  const now = ports.clock.now();
  let resent = 0;
  for await (const { path, version, data } of everyDocument<Removal>(ports.store, { collection: removals })) {
    if ((data.resentAt ?? data.askedAt) + stalledAfterMs > now) continue;
    const writes: Write[] = [{ set: path, data: { ...data, resentAt: now }, if: { version } }];
    const messages = [{ customer: data.customerId, purge: true as const }];
    // A conflict means that the purge has ended, or that another pass has sent the message.
    if (await commitUnlessConflict(ports, { writes, messages })) resent += 1;
  }
  return resent;
}
