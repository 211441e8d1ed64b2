import { beforeEach, describe, expect, it } from 'vitest';
import { keep } from '../../../shared/adapters/stale-while-error.ts';

let now = 1_000;
let reads = 0;
let away = false;
const kept = () =>
  keep(
    async () => {
      reads += 1;
      if (away) throw new Error('away');
      return reads;
    },
    () => now,
    100,
  );
beforeEach(() => {
  [now, reads, away] = [1_000, 0, false];
});

describe('a kept value', () => {
  it('is read once by all who come at the same time, and again when it is too old', async () => {
    const { get } = kept();
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    now += 99;
    expect(await get()).toBe(1);
    now += 1;
    expect(await Promise.all([get(), get()])).toEqual([2, 2]);
  });

  it('is served on while it cannot be read again, without asking each time', async () => {
    const { get } = kept();
    await get();
    [away, now] = [true, now + 100];
    expect([await get(), await get()]).toEqual([1, 1]);
    expect(reads).toBe(2);
    now += 100;
    expect(await get()).toBe(1);
    expect(reads).toBe(3);
  });

  it('fails while it was never read, and asks again each time', async () => {
    away = true;
    const { get } = kept();
    await expect(get()).rejects.toThrow('away');
    away = false;
    expect(await get()).toBe(2);
  });

  it('is read again on demand, but not more often than allowed', async () => {
    const { get, renew } = kept();
    await get();
    now += 9;
    expect(await renew(10)).toBe(1);
    now += 1;
    expect(await renew(10)).toBe(2);
  });

  it('is read again when the clock has jumped back', async () => {
    const { get } = kept();
    await get();
    now -= 500;
    expect(await get()).toBe(2);
  });
});
