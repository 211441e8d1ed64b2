/** Finds paths by the hour in which a field lies, so that a run over 10,000 customers reads only those that are due. */

import { hour } from '../../shared/domain/time.ts';

export interface HourIndex {
  /** Moves a path from the hour of its old value to the hour of its new one; a value that is no number is in no hour. */
  move(path: string, before: unknown, after: unknown): void;
  /** The paths of every hour that overlaps the range; the caller compares the values. */
  between(from: number, before: number): string[];
  clear(): void;
}

export function hourIndex(): HourIndex {
  const hours = new Map<number, Set<string>>();
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const hourOf = (at: number) => Math.floor(at / hour);

  return {
    move(path, before, after) {
      if (typeof before === 'number') hours.get(hourOf(before))?.delete(path);
      if (typeof after !== 'number') return;
      const at = hourOf(after);
      const paths = hours.get(at) ?? new Set();
      hours.set(at, paths.add(path));
      [lowest, highest] = [Math.min(lowest, at), Math.max(highest, at)];
    },
    between(from, before) {
      while (lowest <= highest && (hours.get(lowest)?.size ?? 0) === 0) hours.delete(lowest++);
      const found: string[] = [];
      const last = Math.min(highest, hourOf(before));
      for (let at = Math.max(lowest, hourOf(from)); at <= last; at++) found.push(...(hours.get(at) ?? []));
      return found;
    },
    clear() {
      hours.clear();
      [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    },
  };
}
