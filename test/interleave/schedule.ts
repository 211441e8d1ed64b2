/** Runs flows in one thread, one call of a port at a time, in an order that the caller chooses. */

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../shared/ports.ts';

/** One call of a port that a flow was allowed to make. */
export interface Step {
  flow: number;
  /** What the flow called: `commit connections/c1`. */
  label: string;
  /** The flows that could have gone on instead, this one included. */
  enabled: number[];
}

export interface Outcome {
  value?: unknown;
  error?: unknown;
}

/** A flow's view of the schedule. */
export interface Gate {
  /** Waits for this flow's turn, then makes the call. */
  call<T>(label: string, make: () => Promise<T>): Promise<T>;
  clock: Clock;
}

export interface Schedule {
  steps: Step[];
  /** In the order of the flows. */
  outcomes: Outcome[];
}

interface Sleeper {
  wakesAt: number;
  wake(): void;
}

/** @param choose which of the enabled flows makes the next step; `last` made the one before */
export type Choose = (step: number, enabled: number[], last: number) => number;

/** More steps than any pair needs: a flow that goes on for ever has a fault of its own. */
const maxSteps = 2_000;

/** Time passes by one millisecond a step, and jumps to the next sleeper when no flow can make a step. */
export async function runSchedule(
  flows: ((gate: Gate) => Promise<unknown>)[],
  { startsAt, random, choose }: { startsAt: number; random: () => number; choose: Choose },
): Promise<Schedule> {
  const steps: Step[] = [];
  const outcomes: Outcome[] = flows.map(() => ({}));
  const waiting = flows.map(() => [] as { label: string; go: () => void }[]);
  const sleepers = new Set<Sleeper>();
  let now = startsAt;
  let [running, callsInProgress] = [flows.length, 0];

  const gateOf = (flow: number): Gate => ({
    async call(label, make) {
      await new Promise<void>((go) => void waiting[flow]!.push({ label, go }));
      callsInProgress += 1;
      return make().finally(() => {
        callsInProgress -= 1;
      });
    },
    clock: { now: () => now, random, sleep: (ms, signal) => sleep(sleepers, now + ms, signal) },
  });

  flows.forEach(async (flow, index) => {
    try {
      outcomes[index] = { value: await flow(gateOf(index)) };
    } catch (error) {
      outcomes[index] = { error };
    }
    running -= 1;
  });

  for (let last = -1; ; ) {
    do await nextTurn();
    while (callsInProgress > 0);
    if (running === 0) return { steps, outcomes };
    const enabled = [...flows.keys()].filter((flow) => waiting[flow]!.length > 0);
    if (enabled.length === 0) {
      now = await wakeNext(sleepers, now, () => running === 0 || waiting.some(({ length }) => length > 0));
      continue;
    }
    if (steps.length >= maxSteps) throw new Error(`The flows do not end within ${maxSteps} steps.`);
    const flow = choose(steps.length, enabled, last);
    const { label, go } = waiting[flow]!.shift()!;
    steps.push({ flow, label, enabled });
    last = flow;
    now += 1;
    go();
  }
}

function sleep(sleepers: Set<Sleeper>, wakesAt: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const sleeper: Sleeper = {
      wakesAt: Math.ceil(wakesAt),
      wake() {
        sleepers.delete(sleeper);
        resolve();
      },
    };
    signal?.addEventListener('abort', () => sleeper.wake(), { once: true });
    sleepers.add(sleeper);
  });
}

/** Wakes the first sleeper and answers its time. Where there is none, a module is being loaded. */
async function wakeNext(sleepers: Set<Sleeper>, now: number, canGoOn: () => boolean): Promise<number> {
  for (let tries = 0; sleepers.size === 0 && !canGoOn(); tries++) {
    if (tries > 5_000) throw new Error('Every flow waits for something that is no port.');
    await pause(1);
  }
  const [first] = [...sleepers].sort((one, other) => one.wakesAt - other.wakesAt);
  if (!first || canGoOn()) return now;
  first.wake();
  return Math.max(now, first.wakesAt);
}
