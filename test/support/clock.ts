/** A clock that stands still and jumps to the next sleeper, so that waiting costs a test no time and no test depends on the machine's speed. */

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { draws } from '../../local/webex/people/chance.ts';
import type { Clock } from '../../shared/ports.ts';
import { seed } from './seed.ts';

export interface TestClock extends Clock {
  /** Lets `ms` pass. Sleepers that are due then wake. */
  advance(ms: number): void;
  /** Keeps the clock from jumping until `work` has settled: for answers that come from outside this event loop. */
  during<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  wakesAt: number;
  wake: () => void;
}

/** Turns of the event loop without a call in progress, after which everything that can run has run. */
const idleTurns = 5;

/**
 * `now` moves by one millisecond with each call that ends, so that what happens later is later; by `advance`; and to the next
 * sleeper once no call is in progress and all runnable work has run.
 */
export function frozenClock(startsAt = Date.UTC(2027, 0, 4, 9)): TestClock {
  let now = startsAt;
  const sleepers = createSleepers((wakesAt) => {
    now = Math.max(now, wakesAt);
  });
  return {
    now: () => now,
    random: draws(seed),
    advance(ms) {
      now += ms;
      sleepers.noteActivity();
    },
    // A clock shows whole milliseconds; a backoff with jitter does not.
    sleep: (ms, signal) => sleepers.sleepUntil(Math.ceil(now + ms), signal),
    async during(work) {
      sleepers.beginCall();
      try {
        return await work;
      } finally {
        now += 1;
        sleepers.endCall();
      }
    },
  };
}

/** Wakes sleepers in the order of their times, one whenever nothing else can run. `onWake` hears the time of each. */
function createSleepers(onWake: (wakesAt: number) => void) {
  const sleepers = new Set<Sleeper>();
  let callsInProgress = 0;
  let activity = 0;
  let isWatching = false;

  async function untilIdle(): Promise<void> {
    let seen = activity;
    for (let turns = 0; turns < idleTurns; turns++) {
      await nextTurn();
      if (seen !== activity) turns = -1;
      seen = activity;
    }
  }

  /** One watcher at a time. While a call is in progress there is none: the call's end starts the next watcher. */
  async function watch(): Promise<void> {
    if (isWatching) return;
    isWatching = true;
    while (sleepers.size > 0 && callsInProgress === 0) {
      await untilIdle();
      if (callsInProgress > 0) break;
      const [first] = [...sleepers].sort((one, other) => one.wakesAt - other.wakesAt);
      if (!first) break;
      onWake(first.wakesAt);
      first.wake();
    }
    isWatching = false;
  }

  return {
    noteActivity() {
      activity += 1;
    },
    beginCall() {
      callsInProgress += 1;
      activity += 1;
    },
    endCall() {
      callsInProgress -= 1;
      activity += 1;
      if (callsInProgress === 0) void watch();
    },
    sleepUntil: (wakesAt: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = { wakesAt, wake };
        function wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          activity += 1;
          resolve();
        }
        signal?.addEventListener('abort', wake);
        sleepers.add(sleeper);
        void watch();
      }),
  };
}

/** The machine's clock, which `advance` moves ahead: for tests and benches that share time with other processes. Sleeps are cut short. */
export function runningClock(): TestClock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    random: draws(seed),
    advance(ms) {
      aheadMs += ms;
    },
    sleep: (ms) => pause(Math.min(ms, 20)),
    during: (work) => work,
  };
}
