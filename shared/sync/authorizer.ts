/** The warning that the person who authorized a connection is about to take it along: committed with what is remembered of them. */

import { watchAuthorizer } from '../domain/authorizer-health.ts';
import type { Person } from '../domain/person.ts';
import { eventWrites, newEvents, publishEvents } from '../storage/outbox.ts';
import { advance, type Session } from './session.ts';

/** Remembers how the authorizer was found, and warns where that is news. Costs nothing while nothing changes. */
export async function watchSight(session: Session, sight: Person | 'gone'): Promise<void> {
  const { ports, authorizer, customer, head } = session;
  if (!authorizer) return;
  const before = head.data.authorizer;
  const { watch, events } = watchAuthorizer(before, authorizer, sight);
  const same = before?.id === watch.id && before.fullAdmin === watch.fullAdmin && before.risk === watch.risk;
  if (same) return;
  const news = newEvents(events, { customerId: customer.id, now: ports.clock.now() });
  await advance(session, { authorizer: watch }, eventWrites(news));
  await publishEvents(ports, news);
}

/** Webex refused a call for lack of scope or role, which look alike: asks who we are, to tell which. */
export async function watchAfterRefusal(session: Session): Promise<void> {
  const { ports, authorizer } = session;
  const me = await session.call((access) => ports.webex.me(access)).catch(() => undefined);
  if (me && me.id === authorizer) await watchSight(session, me);
}
