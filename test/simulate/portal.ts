/** What the portal knows about each connection: the state that the customer's newest event reports. */

import type { Connection, ConnectionState } from '../../shared/domain/connection.ts';

const stateOf: Record<string, ConnectionState> = {
  connected: 'active',
  recovered: 'active',
  degraded: 'degraded',
  reauthorization_required: 'reauthorization_required',
};

interface PortalEvent {
  id: string;
  type: string;
  /** The customer's id. */
  subject: string;
}

export interface Portal {
  /** Receives a CloudEvent; events arrive at least once and in any order. */
  receive(event: PortalEvent): void;
  /** Different events received, by type. */
  counts: Record<string, number>;
  /** After a restore the portal reads every connection again. */
  read(customer: string, connection: Connection): void;
  /** Whether the portal would show this state. */
  knows(customer: string, state: ConnectionState): boolean;
}

export function createPortal(): Portal {
  const newest = new Map<string, { id: string; state: ConnectionState }>();
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  return {
    counts,
    receive({ id, type, subject }) {
      const name = type.split('.').at(-1)!;
      if (!seen.has(id)) counts[name] = (counts[name] ?? 0) + 1;
      seen.add(id);
      const state = stateOf[name];
      // Ids sort by time. Within one run the virtual clock stands still, and events arrive in order.
      if (state && timeOf(id) >= timeOf(newest.get(subject)?.id ?? '')) newest.set(subject, { id, state });
    },
    read(customer, { state }) {
      newest.set(customer, { id: newest.get(customer)?.id ?? '', state });
    },
    knows: (customer, state) => (newest.get(customer)?.state ?? 'active') === state,
  };
}

const timeOf = (id: string) => id.slice(0, id.indexOf('-') + 1);
