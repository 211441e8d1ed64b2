/** Bounds the work that strangers can cause in one instance: reads of the store and sign-ins, and requests to Webex. */

import type { Request } from 'express';
import type { PendingAuthorization } from '../../shared/domain/authorization.ts';
import { clientAddress, requestLimits } from '../../shared/http/request-limits.ts';
import type { Ports } from '../../shared/ports.ts';

const windowMs = 60_000;
/** A sign-in takes four requests. Offices share one address. */
const requestsPerMinute = { perAddress: 120, total: 3000, windowMs };
/** Each is an exchange at Webex and two writes of the store. */
const exchangesPerMinute = { perAddress: 30, total: 120, windowMs };

/** The share of the totals that a request may fill: when they run out, strangers are refused first, users of a link last. */
const shares = { stranger: 0.5, link: 0.75, signedIn: 0.75, signedInByLink: 1 };

export interface Admission {
  /**
   * Counts a request that causes work.
   * @throws Failure `too_many_requests`
   */
  admit(request: Request, who: 'stranger' | 'link' | PendingAuthorization): void;
  /**
   * Counts an exchange at Webex.
   * @throws Failure `too_many_requests`
   */
  admitExchange(request: Request, pending: PendingAuthorization): void;
}

export function admission({ clock, settings }: Pick<Ports, 'clock' | 'settings'>): Admission {
  const requests = requestLimits(requestsPerMinute, clock.now);
  const exchanges = requestLimits(exchangesPerMinute, clock.now);
  // A custom domain is served by a load balancer, which adds an entry of its own to `X-Forwarded-For`.
  const behindLoadBalancer = !/(\.run\.app|^localhost|^127\.0\.0\.1)$/.test(new URL(settings.oauthUrl).hostname);
  const shareOf = (who: 'stranger' | 'link' | PendingAuthorization) => {
    if (typeof who === 'string') return shares[who];
    return who.link === undefined ? shares.signedIn : shares.signedInByLink;
  };
  return {
    admit: (request, who) => requests.count(clientAddress(request, behindLoadBalancer), shareOf(who)),
    admitExchange: (request, pending) =>
      exchanges.count(clientAddress(request, behindLoadBalancer), pending.link === undefined ? shares.stranger : 1),
  };
}
