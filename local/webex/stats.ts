/** Counters that tell a test what reached Webex, how often, and how much at once. */

import type { Grant } from './oauth/grants.ts';

export interface GrantStats {
  /** Refreshes with a refresh token of this organization, dead or alive. */
  exchanges: number;
  /** Refreshes that made tokens, even if the answer never arrived. */
  completed: number;
  /** The most exchanges of one grant at the same time. Above 1, two callers have exchanged one token. */
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
    /** Counts a request. Call the returned function when the request has ended. */
    enter(route: string): () => void {
      stats.requests[route] = (stats.requests[route] ?? 0) + 1;
      stats.inFlight++;
      stats.maxInFlight = Math.max(stats.maxInFlight, stats.inFlight);
      return () => {
        stats.inFlight--;
      };
    },
    /** Counts an exchange of the grant's refresh token. Call the returned function when the client has stopped waiting. */
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
    /** Resets everything except the requests under way. */
    reset(): void {
      stats = { requests: {}, inFlight: stats.inFlight, maxInFlight: stats.inFlight, grants: {} };
    },
  };
}
