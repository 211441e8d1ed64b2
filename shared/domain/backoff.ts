/** How long to wait before trying again: one formula for everything that is retried. Pure. */

/**
 * Exponential backoff with jitter: `firstMs` after the first failure, doubled after each further one, at most `maxMs`; then
 * up to half less by chance, so that callers who failed together do not come back together.
 * @param attempt the tries made so far, from 1
 * @param random uniform in [0, 1)
 */
export function backoffMs(
  attempt: number,
  { firstMs, maxMs }: { firstMs: number; maxMs: number },
  random: number,
): number {
  return Math.min(maxMs, firstMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
}
