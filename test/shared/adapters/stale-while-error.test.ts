import { beforeEach, describe, expect, it } from 'vitest';
import { cached } from '../../../shared/adapters/stale-while-error.ts';

let now = 1_000;
let reads = 0;
let down = false;
const counter = () =>
  cached(
    async () => {
      reads += 1;
      if (down) throw new Error('down');
      return reads;
    },
    () => now,
    100,
  );
beforeEach(() => {
  [now, reads, down] = [1_000, 0, false];
});

describe('a cached value', () => {
  it('is read once for all callers of the same moment, and again when it is too old', async () => {
    const { get } = counter();
    expect(await Promise.all([get(), get(), get()])).toEqual([1, 1, 1]);
    now += 99;
    expect(await get()).toBe(1);
    now += 1;
    expect(await Promise.all([get(), get()])).toEqual([2, 2]);
  });

  it('is still served while its source fails, without a read for each use', async () => {
    const { get } = counter();
    await get();
    [down, now] = [true, now + 100];
    expect([await get(), await get()]).toEqual([1, 1]);
    expect(reads).toBe(2);
    now += 100;
    expect(await get()).toBe(1);
    expect(reads).toBe(3);
  });

  it('fails until the first read succeeds, and reads with each use until then', async () => {
    down = true;
    const { get } = counter();
    await expect(get()).rejects.toThrow('down');
    down = false;
    expect(await get()).toBe(2);
  });

  it('is read again on demand, but not more often than allowed', async () => {
    const { get, reload } = counter();
    await get();
    now += 9;
    expect(await reload(10)).toBe(1);
    now += 1;
    expect(await reload(10)).toBe(2);
  });

  it('is read again when the clock has jumped back', async () => {
    const { get } = counter();
    await get();
    now -= 500;
    expect(await get()).toBe(2);
  });
});
