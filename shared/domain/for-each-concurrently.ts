/** Works on many items, several at a time: the one loop behind every pass over the fleet. */

/**
 * Calls `work` for each item, `concurrency` at a time, and takes up nothing new once `goesOn` answers false.
 * An error of `work` or of the items stops its own worker only; the first one is thrown when all work that was started has
 * ended, so that nothing is left running behind the caller's back.
 */
export async function forEachConcurrently<T>(
  items: AsyncIterable<T> | Iterable<T>,
  { concurrency, goesOn = () => true }: { concurrency: number; goesOn?: () => boolean },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  async function runWorker(): Promise<void> {
    while (goesOn()) {
      const { done, value } = await iterator.next();
      if (done) return;
      await work(value);
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, runWorker));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
}
