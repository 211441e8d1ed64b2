/** Events of a customer: each is an entry of its history, and some are published to the portal as CloudEvents. Pure. */

export const eventTypes = [
  'customer_created',
  'customer_changed',
  'connect_link_created',
  'connected',
  'refreshed',
  'degraded',
  'recovered',
  'expiring',
  'reauthorization_required',
  'tokens_rejected',
  'access_token_revealed',
  'sync_requested',
  'users_synced',
  'sync_failed',
  'removals_held',
  'removals_approved',
  'removals_rejected',
  'authorizer_at_risk',
] as const;
export type EventType = (typeof eventTypes)[number];

/** The types that are published; the others are in the history only. */
const published: ReadonlySet<EventType> = new Set<EventType>([
  'connected',
  'degraded',
  'recovered',
  'expiring',
  'reauthorization_required',
  'tokens_rejected',
  'users_synced',
  'removals_held',
  'authorizer_at_risk',
]);

export interface EventDraft {
  type: EventType;
  facts?: Record<string, string | number | boolean>;
}

/** The document `customers/{customer}/events/{id}`. It never contains a secret. Ids sort by time. */
export interface CustomerEvent extends EventDraft {
  id: string;
  customerId: string;
  at: number;
  /** The caller; absent when no caller asked. */
  by?: string;
}

/** An id that sorts by time. `entropy` distinguishes ids of the same millisecond. */
export function timeOrderedId(at: number, entropy: string): string {
  return `${at.toString(36).padStart(9, '0')}-${entropy}`;
}

export function isPublished(type: EventType): boolean {
  return published.has(type);
}

/**
 * The event as it is published.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export function toCloudEvent(event: CustomerEvent): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: event.id,
    source: '/customers',
    subject: event.customerId,
    type: `webex_customer_access.customer.v1.${event.type}`,
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    data: { customer: event.customerId, ...event.facts },
  };
}
