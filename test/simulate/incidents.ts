/** The incidents of the simulated two years. */

import type { FailureCode } from '../../shared/domain/failure.ts';
import { day, hour } from '../../shared/domain/time.ts';

export type IncidentKind =
  /** Webex does not answer. */
  | 'outage'
  /** Webex limits the rate of many single requests. */
  | 'rate limits'
  /** The token endpoint limits the rate of all requests. */
  | 'endpoint limited'
  | 'store failures'
  /** Webex refuses all customers. */
  | 'wrong client secret'
  | 'secret of another client'
  | 'unknown refusals'
  /** Webex refuses some customers, although their grants are alive. */
  | 'single refusals'
  /** The store is replaced by its state of two days before. */
  | 'restored store';

/** Days from the start. */
export interface Incident {
  kind: IncidentKind;
  from: number;
  days: number;
}

/** How the adapter names the refusals of all customers: `invalid_client`, `invalid_grant`; `invalid_request`, 401, 403 and HTML. */
export const fleetRefusals: Partial<Record<IncidentKind, FailureCode>> = {
  'wrong client secret': 'client_refused',
  'secret of another client': 'grant_refused',
  'unknown refusals': 'webex_unexpected',
};

export const restoredDays = 2;
const threeHours = 3 / 24;

/** Far enough apart that the fleet has recovered before the next: two long outages in a row would outlast any refresh token. */
const planned: Incident[] = [
  { kind: 'rate limits', from: 40, days: 10 },
  { kind: 'endpoint limited', from: 60, days: 5 / 24 },
  { kind: 'store failures', from: 70, days: 20 },
  { kind: 'unknown refusals', from: 100, days: threeHours },
  { kind: 'wrong client secret', from: 103, days: threeHours },
  { kind: 'secret of another client', from: 106, days: threeHours },
  { kind: 'outage', from: 120, days: 60 },
  { kind: 'wrong client secret', from: 230, days: 7 },
  { kind: 'single refusals', from: 250, days: 10 },
  { kind: 'outage', from: 280, days: 14 },
  { kind: 'secret of another client', from: 310, days: 3 },
  { kind: 'store failures', from: 330, days: 3 },
  { kind: 'unknown refusals', from: 350, days: 3 },
  { kind: 'single refusals', from: 360, days: 3 },
  { kind: 'outage', from: 400, days: 45 },
  { kind: 'endpoint limited', from: 460, days: 1 },
  { kind: 'restored store', from: 480, days: 0 },
  { kind: 'rate limits', from: 500, days: 60 },
  { kind: 'outage', from: 600, days: 30 },
  { kind: 'wrong client secret', from: 650, days: 3 },
  { kind: 'single refusals', from: 660, days: 20 },
];

/** The planned incidents, and 40 short outages of an hour to a day at random times. */
export function incidentsOf(days: number, random: () => number): Incident[] {
  const short = Array.from({ length: 40 }, (): Incident => {
    return { kind: 'outage', from: random() * days, days: (1 + random() * 23) / 24 };
  });
  return [...planned, ...short].filter(({ from }) => from < days);
}

/** @param since milliseconds from the start */
export function isActive({ from, days }: Incident, since: number): boolean {
  return since >= from * day && since < (from + days) * day;
}

/** Whether the incident begins in the hour before `since`. */
export function isBeginning({ from }: Incident, since: number): boolean {
  return since >= from * day && since < from * day + hour;
}
