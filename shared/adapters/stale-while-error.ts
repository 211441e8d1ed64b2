/**
 * Caches a value that is used often and read rarely, such as a keyring, and serves the cached value while the source fails.
 * The caller supplies the reading and the time.
 */

export interface Cached<T> {
  /** The cached value, read again when it is older than the age given to `cached`. */
  get(): Promise<T>;
  /** Reads again, unless the last read is less than `minAgeMs` ago. */
  reload(minAgeMs: number): Promise<T>;
}

/**
 * Callers who ask at the same time share one read. While reading again fails, the old value is served: a configuration
 * store that is down for an hour must not stop what worked a minute ago.
 * @throws the error of `read`, as long as no read has succeeded
 */
export function cached<T>(read: () => Promise<T>, now: () => number, maxAgeMs: number): Cached<T> {
  let last: { value: T; readAt: number } | undefined;
  let reading: Promise<T> | undefined;

  async function readAgain(): Promise<T> {
    const readAt = now();
    try {
      last = { value: await read(), readAt };
      return last.value;
    } catch (error) {
      if (!last) throw error;
      // The age starts again, because a source that is down would otherwise delay every use.
      last = { ...last, readAt };
      return last.value;
    } finally {
      reading = undefined;
    }
  }

  async function youngerThan(ms: number): Promise<T> {
    const age = last ? now() - last.readAt : Number.POSITIVE_INFINITY;
    // The age is negative after the clock has jumped back.
    if (last && age >= 0 && age < ms) return last.value;
    reading ??= readAgain();
    return reading;
  }

  return { get: () => youngerThan(maxAgeMs), reload: youngerThan };
}
