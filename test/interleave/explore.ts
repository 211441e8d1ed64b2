/** Chooses the orders to try: all of them up to a number of preemptions, or some drawn by chance. */

import type { Choose, Schedule } from './schedule.ts';

/**
 * Tries every order in which a flow is interrupted at most `preemptions` times while it could go on, depth first and from
 * the start each time.
 * @param run runs one order
 * @returns how many orders were tried, and whether `most` cut the search
 */
export async function exploreAll(
  run: (choose: Choose) => Promise<Schedule>,
  { preemptions, most }: { preemptions: number; most: number },
): Promise<{ tried: number; isCut: boolean }> {
  const prefixes: number[][] = [[]];
  let tried = 0;
  for (let prefix = prefixes.pop(); prefix; prefix = prefixes.pop()) {
    if (tried >= most) return { tried, isCut: true };
    const { steps } = await run(following(prefix));
    tried += 1;
    const flows = steps.map(({ flow }) => flow);
    let used = 0;
    for (const [index, { flow, enabled }] of steps.entries()) {
      const last = flows[index - 1];
      const canContinue = last !== undefined && enabled.includes(last);
      if (index >= prefix.length) {
        for (const other of enabled) {
          const isPreemption = canContinue && other !== last;
          if (other !== flow && used + Number(isPreemption) <= preemptions)
            prefixes.push([...flows.slice(0, index), other]);
        }
      }
      if (canContinue && flow !== last) used += 1;
    }
  }
  return { tried, isCut: false };
}

/** The choices of `prefix`; then each flow goes on as long as it can. */
export function following(prefix: number[]): Choose {
  return (step, enabled, last) => prefix[step] ?? (enabled.includes(last) ? last : enabled[0]!);
}

/** An order drawn by chance. */
export function drawn(draw: () => number): Choose {
  return (_step, enabled) => enabled[Math.floor(draw() * enabled.length)]!;
}
