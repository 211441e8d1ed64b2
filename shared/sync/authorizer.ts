/** Warns when the person who authorized the connection is about to take it along. */

import { authorizerAfterSight } from '../domain/authorizer-health.ts';
import type { Person } from '../domain/person.ts';
import { newEvents } from '../storage/outbox.ts';
import type { RunContext } from './context.ts';
import type { Fence } from './fence.ts';

/** Stores how the authorizer was seen, with a warning if that is news. Costs nothing while nothing changes. */
export async function watchAuthorizer(context: RunContext, fence: Fence, sight: Person | 'gone'): Promise<void> {
  const { ports, grant, customer } = context;
  if (!grant.authorizer) return;
  const before = fence.head.authorizer;
  const { authorizer, events } = authorizerAfterSight(before, grant.authorizer, sight);
  const { id, fullAdmin, risk } = authorizer;
  if (before?.id === id && before.fullAdmin === fullAdmin && before.risk === risk) return;
  await fence.commit(
    { authorizer },
    { events: newEvents(events, { customerId: customer.id, now: ports.clock.now() }) },
  );
}

/** Webex refuses a call in the same way for a missing scope and a missing role; `people/me` tells which it is. */
export async function watchAfterRefusal(context: RunContext, fence: Fence): Promise<void> {
  const me = await context.call((access) => context.ports.webex.me(access)).catch(() => undefined);
  if (me && me.id === context.grant.authorizer) await watchAuthorizer(context, fence, me);
}
