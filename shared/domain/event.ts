/** What happened to a customer: one record in its history, and for changes of health one CloudEvent to the portal. */

export const eventTypes = [
  'customer_created',
  'customer_changed',
  'customer_deleted',
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

/** What the portal subscribes to; the rest is history only. */
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

/** The document `customers/{customer}/events/{id}`: no secrets, ever. Ids sort by time. */
export interface CustomerEvent extends EventDraft {
  id: string;
  customerId: string;
  at: number;
  /** The caller, or absent when the system did it by itself. */
  by?: string;
}

/** The id of something that happened at `at`: sorts by time, `entropy` keeps it apart from the others. */
export function timeOrderedId(at: number, entropy: string): string {
  return `${at.toString(36).padStart(9, '0')}-${entropy}`;
}

export function isPublished(type: EventType): boolean {
  return published.has(type);
}

/**
 * The event as the portal gets it.
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
