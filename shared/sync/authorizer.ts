/** Warns when the connection is about to be lost because the person who authorized it leaves or loses the role. */

import { authorizerAfterSight } from '../domain/authorizer-health.ts';
import type { Connection } from '../domain/connection.ts';
import type { Person } from '../domain/person.ts';
import { withLease } from '../domain/sync-head.ts';
import { connectionPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { unchanged } from '../storage/transact.ts';
import type { RunContext } from './context.ts';
import type { Fence } from './fence.ts';

/** Stores the authorizer's state, with a warning if it has become worse. Writes nothing while it stays the same. */
export async function watchAuthorizer(context: RunContext, fence: Fence, sight: Person | 'gone'): Promise<void> {
  const { ports, grant, customer } = context;
  const id = grant.authorizer;
  if (!id) return;
  const before = fence.head.authorizer;
  const { authorizer, events: drafts } = authorizerAfterSight(before, id, sight);
  const { fullAdmin, risk } = authorizer;
  if (before?.id === id && before.fullAdmin === fullAdmin && before.risk === risk) return;
  const now = ports.clock.now();
  const events = newEvents(drafts, { customerId: customer.id, now });
  await fence.commitDecided(async () => {
    const head = withLease(fence.head, fence.owner, now);
    const connection = await ports.store.get<Connection>(connectionPath(customer.id));
    // Another person has authorized the customer in the meantime, so this one no longer matters.
    if (connection?.data.grant?.authorizer?.id !== id) return { head };
    return { head: { ...head, authorizer }, writes: [unchanged(connection)], events };
  });
}

/** Webex refuses a call in the same way for a missing scope and a missing role; `people/me` shows which one is missing. */
export async function watchAfterRefusal(context: RunContext, fence: Fence): Promise<void> {
  const me = await context.call((access) => context.ports.webex.me(access)).catch(() => undefined);
  if (me && me.id === context.grant.authorizer) await watchAuthorizer(context, fence, me);
}
