/** Counters, so that a test can ask what reached Webex, how often, and how much of it at once. */

import type { Grant } from './oauth/grants.ts';

export interface GrantStats {
  /** Refreshes that reached the token endpoint with this organization's refresh token, dead or alive. */
  exchanges: number;
  /** Those that ended in tokens, whether or not the answer arrived. */
  completed: number;
  /** The most exchanges of one and the same grant that were under way at once: above 1 is a lost race. */
  maxOverlap: number;
}

export interface Stats {
  /** By `METHOD /route`. */
  requests: Record<string, number>;
  inFlight: number;
  maxInFlight: number;
  /** By organization uuid. */
  grants: Record<string, GrantStats>;
}

export type Counters = ReturnType<typeof counters>;

export function counters() {
  let stats: Stats = { requests: {}, inFlight: 0, maxInFlight: 0, grants: {} };
  const underWay = new Map<Grant, number>();

  const statsOf = (orgId: string): GrantStats => {
    stats.grants[orgId] ??= { exchanges: 0, completed: 0, maxOverlap: 0 };
    return stats.grants[orgId];
  };

  return {
    /** Counts a request in; call the answer when it has left. */
    enter(route: string): () => void {
      stats.requests[route] = (stats.requests[route] ?? 0) + 1;
      stats.inFlight++;
      stats.maxInFlight = Math.max(stats.maxInFlight, stats.inFlight);
      return () => {
        stats.inFlight--;
      };
    },
    /** Counts an exchange of the grant's refresh token in; call the answer when it is over for the client. */
    enterExchange(grant: Grant): () => void {
      const overlap = (underWay.get(grant) ?? 0) + 1;
      underWay.set(grant, overlap);
      const counted = statsOf(grant.account.orgId);
      counted.exchanges++;
      counted.maxOverlap = Math.max(counted.maxOverlap, overlap);
      return () => {
        const left = underWay.get(grant)! - 1;
        if (left > 0) underWay.set(grant, left);
        else underWay.delete(grant);
      };
    },
    completed(grant: Grant): void {
      statsOf(grant.account.orgId).completed++;
    },
    snapshot: (): Stats => structuredClone(stats),
    /** Forgets all but the requests that are under way. */
    reset(): void {
      stats = { requests: {}, inFlight: stats.inFlight, maxInFlight: stats.inFlight, grants: {} };
    },
  };
}
