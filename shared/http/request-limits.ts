/**
 * Bounds the work that strangers can cause in one instance: per address, and in total. A public function calls it before it
 * reads the store or calls Webex.
 */

import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { setBounded } from '../domain/bounded-map.ts';
import { Failure } from '../domain/failure.ts';

export interface RequestLimits {
  /**
   * Counts one request.
   * @param share the part of the total that requests of this kind may fill, from 0 to 1. Give strangers a smaller share than
   *   requests with a valid state cookie or link: when the total runs out, strangers are refused first.
   * @throws Failure `too_many_requests`
   */
  count(address: string, share: number): void;
}

/** Above this, the oldest address is forgotten; the total still bounds what it can cause. */
const maxAddresses = 10_000;

/**
 * @param limits requests in each window of `windowMs`
 * @param now epoch ms
 */
export function requestLimits(
  { perAddress, total, windowMs }: { perAddress: number; total: number; windowMs: number },
  now: () => number,
): RequestLimits {
  const counts = new Map<string, number>();
  let counted = 0;
  let startedAt = now();

  return {
    count(address, share) {
      const elapsedMs = now() - startedAt;
      // The elapsed time is negative after the clock has jumped back.
      if (elapsedMs >= windowMs || elapsedMs < 0) {
        counts.clear();
        [counted, startedAt] = [0, now()];
      }
      const ofAddress = counts.get(address) ?? 0;
      if (ofAddress >= perAddress || counted >= total * share) {
        const retryAfterMs = startedAt + windowMs - now();
        throw new Failure('too_many_requests', 'Too many requests. Try again shortly.', { retryAfterMs });
      }
      counted += 1;
      setBounded(counts, address, ofAddress + 1, maxAddresses);
    },
  };
}

/**
 * The address that Google's front end saw. A client can write anything into `X-Forwarded-For`, and the front end appends the
 * true address, so only entries at the end can be trusted. An IPv6 address is cut to its /64 network, which one client owns.
 * @param behindLoadBalancer the request came to the domain of a load balancer, which appends its own address last
 * @see https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
 */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  behindLoadBalancer = false,
): string {
  const entries = [headers['x-forwarded-for']].flat().join(',').split(',');
  const address = entries.at(behindLoadBalancer ? -2 : -1)?.trim() || (socket.remoteAddress ?? '');
  return isIPv6(address) ? networkOf(address) : address;
}

/** `2001:db8::1` → `2001:db8:0:0`; an IPv4-mapped address is one of its own. */
function networkOf(address: string): string {
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  if (hostname.startsWith('[::ffff:')) return hostname;
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  return [...groups, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
