/** The end of a customer: tokens gone at once, the grant revoked at Webex where it lets us, everything else cleared away in the background. */

import { actor, type Caller } from '../domain/caller.ts';
import { proxiesOf, uniquenessPaths } from '../domain/customer.ts';
import { Failure } from '../domain/failure.ts';
import type { Ports, Write } from '../ports.ts';
import { accessTokenPlace, removalPath, removals } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { transact } from '../storage/transact.ts';

import { assertMatches, type CustomerRead, type Matches, readStored } from './records.ts';

/** A deletion does not wait longer for Webex. */
const revokeTimeoutMs = 5_000;

/**
 * Ends a customer: record, names and tokens in one commit; its users, runs and history through `sync_users`.
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `busy`
 */
export async function deleteCustomer(ports: Ports, caller: Caller, id: string, matches: Matches): Promise<void> {
  const { store, clock, log } = ports;
  const read = await transact(ports, async () => {
    const { customer, connection } = await readStored(store, caller, id, 'administrator');
    assertMatches(matches, customer.data);
    const names = Object.values(uniquenessPaths(customer.data));
    // What is still to be removed; this document goes last.
    const removal = { customerId: id, askedAt: clock.now(), by: actor(caller) };
    const writes: Write[] = [
      { delete: customer.path, if: { version: customer.version } },
      { delete: connection.path, if: { version: connection.version } },
      ...names.map((path): Write => ({ delete: path })),
      { set: removalPath(id), data: removal },
    ];
    return {
      writes,
      messages: [{ customer: id, purge: true }],
      result: { customer: customer.data, connection: connection.data },
    };
  });
  const revoked = await revoke(ports, read);
  // The history goes with the customer; this line stays.
  const { caller: by, request } = { caller: caller.id, request: caller.request };
  log.info('customer_deleted', { customer: id, name: read.customer.name, by, request, revoked });
}

/** Ends the grant at Webex where its scopes allow it, which they seldom do. Never fails a deletion. */
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

/** Asks once more for every removal that has waited for an hour: its message was never queued, or was given up. */
export async function sweepRemovals(ports: Pick<Ports, 'store' | 'queue' | 'clock' | 'settings'>): Promise<number> {
  const before = ports.clock.now() - 3_600_000;
  const waiting = await ports.store.query<{ customerId: string; askedAt: number }>({
    collection: removals,
    limit: 100,
  });
  const old = waiting.filter(({ data }) => data.askedAt <= before);
  for (const { data } of old) {
    await sendMessage(ports, { customer: data.customerId, purge: true });
  }
  return old.length;
}
