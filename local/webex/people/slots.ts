/** Where people stand in an organization's list: each has a slot number for good, and paging follows an order of slots. */

import { draws } from './chance.ts';

export type Slots = ReturnType<typeof slotOrder>;

/** Starts with `count` slots in order, which take no memory until the first change. */
export function slotOrder(count: number) {
  let created = count;
  /** Absent while the order is 0, 1, 2, … */
  let order: number[] | undefined;
  const removed = new Set<number>();

  const listed = (): number[] => {
    order ??= Array.from({ length: count }, (_, slot) => slot);
    return order;
  };

  return {
    size: () => order?.length ?? count,
    listed,
    /** Also true of a slot whose person was removed. */
    wasCreated: (slot: number) => slot >= 0 && slot < created,
    has: (slot: number) => slot >= 0 && slot < created && !removed.has(slot),
    next: () => created,

    slice(offset: number, length: number): number[] {
      if (order) return order.slice(offset, offset + length);
      return Array.from({ length: Math.max(0, Math.min(length, count - offset)) }, (_, index) => offset + index);
    },

    /** Every slot as of now, even if people come and go meanwhile. */
    *snapshot(): Generator<number> {
      const slots = order;
      for (let index = 0, length = slots?.length ?? count; index < length; index++) yield slots?.[index] ?? index;
    },

    /** Numbers of new slots, which are in no list until they are inserted. */
    create: (number: number): number[] => Array.from({ length: number }, () => created++),

    /** Inserts slots anywhere, as in a list by name, so that a scan under way can skip or repeat people. */
    insert(slots: number[], seed: number): void {
      for (const slot of slots) removed.delete(slot);
      const before = listed();
      const draw = draws(seed);
      const places = slots.map(() => Math.floor(draw() * (before.length + 1))).sort((a, b) => a - b);
      const after: number[] = [];
      let placed = 0;
      for (let index = 0; index <= before.length; index++) {
        while (places[placed] === index) after.push(slots[placed++]!);
        if (index < before.length) after.push(before[index]!);
      }
      order = after;
    },

    remove(slots: number[]): void {
      for (const slot of slots) removed.add(slot);
      order = listed().filter((slot) => !removed.has(slot));
    },
  };
}
