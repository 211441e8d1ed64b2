import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress, requestLimits } from '../../../shared/http/request-limits.ts';

describe('limits of requests', () => {
  const start = (limits: { perAddress: number; total: number }) => {
    const clock = { now: 1_000 };
    const { count } = requestLimits({ ...limits, windowMs: 60_000 }, () => clock.now);
    const admits = (address: string, share = 1) => {
      try {
        count(address, share);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'too_many_requests' });
        return (error as { detail: { retryAfterMs: number } }).detail.retryAfterMs;
      }
    };
    return { clock, admits };
  };

  it('bound each address by itself, and say when the next window begins', () => {
    const { clock, admits } = start({ perAddress: 2, total: 100 });
    expect([admits('a'), admits('a')]).toEqual([true, true]);
    clock.now += 20_000;
    expect([admits('a'), admits('b')]).toEqual([40_000, true]);
    clock.now += 40_000;
    expect(admits('a')).toBe(true);
  });

  it('refuse strangers first when the total runs out', () => {
    const { admits } = start({ perAddress: 2, total: 10 });
    const strangers = Array.from({ length: 8 }, (_, n) => admits(`stranger ${n}`, 0.5) === true);
    expect(strangers.filter(Boolean)).toHaveLength(5);
    expect(Array.from({ length: 5 }, (_, n) => admits(`administrator ${n}`))).toEqual(Array(5).fill(true));
    expect(admits('administrator 5')).not.toBe(true);
  });

  it('are not filled by requests that were refused', () => {
    const { admits } = start({ perAddress: 1, total: 3 });
    for (let n = 0; n < 50; n++) admits('a');
    expect([admits('b'), admits('c')]).toEqual([true, true]);
  });

  it('go on when the clock jumps back', () => {
    const { clock, admits } = start({ perAddress: 1, total: 10 });
    admits('a');
    clock.now -= 3_600_000;
    expect(admits('a')).toBe(true);
  });
});

describe("a client's address", () => {
  const address = (forwarded: string | undefined, behindLoadBalancer?: boolean, remoteAddress = '10.0.0.1') =>
    clientAddress(
      { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } as IncomingMessage['socket'] },
      behindLoadBalancer,
    );

  it.each([
    ['203.0.113.7', false, '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7', false, '203.0.113.7'],
    ['1.2.3.4,5.6.7.8,,203.0.113.7 ', false, '203.0.113.7'],
    ['1.2.3.4, 203.0.113.7, 34.1.1.1', true, '203.0.113.7'],
    ['203.0.113.7, 34.1.1.1', true, '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', false, '2001:db8:1:2'],
    ['2001:db8::1', false, '2001:db8:0:0'],
    ['2001:DB8:0:0:ffff::', false, '2001:db8:0:0'],
    ['::1', false, '0:0:0:0'],
    ['::ffff:203.0.113.7', false, '[::ffff:cb00:7107]'],
    [undefined, false, '10.0.0.1'],
    ['', false, '10.0.0.1'],
  ])('in %s (load balancer: %s) is %s', (forwarded, behindLoadBalancer, expected) => {
    expect(address(forwarded, behindLoadBalancer)).toBe(expected);
  });
});
