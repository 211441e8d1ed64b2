/** A value that is read seldom and used often: it keeps what was read, but does no reading and has no clock of its own. */

export interface Kept<T> {
  /** The kept value, read anew when it is older than the age given to `keep`. */
  get(): Promise<T>;
  /** Reads again, unless that was done within the last `atMostEveryMs`. */
  renew(atMostEveryMs: number): Promise<T>;
}

/**
 * Callers who come at the same time share one reading. While reading again fails, the old value goes on being served:
 * a configuration store that is away for an hour must not stop what worked a minute ago.
 * @throws whatever the first reading throws
 */
export function keep<T>(read: () => Promise<T>, now: () => number, maxAgeMs: number): Kept<T> {
  let kept: { value: T; readAt: number } | undefined;
  let reading: Promise<T> | undefined;

  async function readAgain(): Promise<T> {
    const readAt = now();
    try {
      kept = { value: await read(), readAt };
      return kept.value;
    } catch (error) {
      if (!kept) throw error;
      // Not asked again before it is too old again: a store that is away would delay every use.
      kept = { ...kept, readAt };
      return kept.value;
    } finally {
      reading = undefined;
    }
  }

  async function atMostAged(ms: number): Promise<T> {
    const age = kept ? now() - kept.readAt : Number.POSITIVE_INFINITY;
    // A negative age: the clock has jumped back.
    if (kept && age >= 0 && age < ms) return kept.value;
    reading ??= readAgain();
    return reading;
  }

  return { get: () => atMostAged(maxAgeMs), renew: (atMostEveryMs) => atMostAged(atMostEveryMs) };
}
