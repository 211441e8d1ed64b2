/**
 * Ends a deployed function without cutting off what it is doing: a refresh that is cut off between Webex's answer and its
 * commit may cost a customer its connection. The framework by itself exits at once on SIGTERM.
 */

export interface Drain {
  /** Aborted when the instance is told to end: nothing new is to be taken up. */
  signal: AbortSignal;
  /** Keeps the instance until the work has ended. Cloud Run allows ten seconds. */
  hold<T>(work: Promise<T>): Promise<T>;
}

/** Takes SIGTERM over with the first work: by then the framework has put its own listener in place. */
export function drainOnTerm(): Drain {
  const ending = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let listening = false;

  async function end(): Promise<void> {
    ending.abort();
    while (underWay.size > 0) await Promise.allSettled(underWay);
    process.exit(0);
  }

  return {
    signal: ending.signal,
    hold(work) {
      if (!listening) process.removeAllListeners('SIGTERM').once('SIGTERM', end);
      listening = true;
      underWay.add(work);
      const leave = () => underWay.delete(work);
      work.then(leave, leave);
      return work;
    },
  };
}
