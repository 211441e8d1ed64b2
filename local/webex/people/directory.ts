/** The people of one organization: computed on demand, with only what was changed kept in memory. */

import { bareId } from '../ids.ts';
import { draws } from './chance.ts';
import { datesOf, emailToSlot, type Household, type Person, person, slotToUuid, uuidToSlot } from './person.ts';

/** Fields to set; `null` takes an optional one away. Ids may be bare or Webex's. */
export type PersonChange = { [Field in keyof Person]?: Person[Field] | null };

export interface Directory {
  size(): number;
  /** In the order that paging counts by. */
  slice(offset: number, count: number): Person[];
  all(): Generator<Person>;
  byId(uuid: string): Person | undefined;
  byEmail(email: string): Person | undefined;
  /** Adds synthetic people at places that `seed` decides; answers their uuids. */
  add(count: number, seed?: number): string[];
  /** Changes the person with the id, brings back one who was removed, or adds one. */
  upsert(change: PersonChange): string;
  remove(uuids: string[]): string[];
  /** Uuids of distinct people drawn by `seed`, never the sign-in accounts. */
  sample(count: number, seed: number): string[];
  /** All uuids in order of modification, oldest first. */
  byLastModified(): string[];
}

/** The first people belong to the sign-in accounts: `accounts` says what is different about each. */
export function directory(home: Household, count: number, accounts: Partial<Person>[], now: () => number): Directory {
  let version = 0;
  let nextSlot = count;
  /** Slots in paging order; absent as long as that is 0, 1, 2 … */
  let order: number[] | undefined;
  let ordered: { version: number; uuids: string[] } | undefined;
  const changes = new Map<number, Partial<Person>>(accounts.entries());
  /** People whose uuid was given, not computed. */
  const foreign = new Map<string, number>();
  const removed = new Set<number>();

  const size = () => order?.length ?? count;
  const at = (slot: number): Person => ({ ...person(home, slot), ...changes.get(slot) });
  const uuidAt = (slot: number) => changes.get(slot)?.id ?? slotToUuid(home, slot);
  const alive = (slot: number) => slot >= 0 && slot < nextSlot && !removed.has(slot);
  const slots = () => {
    order ??= Array.from({ length: count }, (_, slot) => slot);
    return order;
  };

  /** The slot of a uuid, also of somebody who was removed. */
  const everSlotOf = (uuid: string) => {
    const slot = foreign.get(uuid) ?? uuidToSlot(home, uuid);
    return slot !== undefined && slot < nextSlot && uuidAt(slot) === uuid ? slot : undefined;
  };
  const slotOf = (uuid: string) => {
    const slot = everSlotOf(uuid);
    return slot !== undefined && alive(slot) ? slot : undefined;
  };

  /** New people land anywhere, as they would in a list by name: a scan under way can skip or repeat somebody. */
  function insert(fresh: number[], seed: number): void {
    const before = slots();
    const draw = draws(seed);
    const places = fresh.map(() => Math.floor(draw() * (before.length + 1))).sort((a, b) => a - b);
    const after: number[] = [];
    let placed = 0;
    for (let index = 0; index <= before.length; index++) {
      while (places[placed] === index) after.push(fresh[placed++]!);
      if (index < before.length) after.push(before[index]!);
    }
    order = after;
    version++;
  }

  return {
    size,
    byId(uuid) {
      const slot = slotOf(uuid);
      return slot === undefined ? undefined : at(slot);
    },
    byEmail(email) {
      const wanted = email.toLowerCase();
      const computed = emailToSlot(wanted);
      const candidates = [...changes.keys(), ...(computed === undefined ? [] : [computed])];
      const slot = candidates.find(
        (candidate) => alive(candidate) && at(candidate).emails.some((owned) => owned.toLowerCase() === wanted),
      );
      return slot === undefined ? undefined : at(slot);
    },
    slice(offset, length) {
      const end = Math.min(offset + length, size());
      return Array.from({ length: Math.max(0, end - offset) }, (_, index) =>
        at(order === undefined ? offset + index : order[offset + index]!),
      );
    },
    *all() {
      const snapshot = order;
      for (let index = 0, length = size(); index < length; index++) {
        yield at(snapshot === undefined ? index : snapshot[index]!);
      }
    },
    add(number, seed = nextSlot) {
      const at = new Date(now()).toISOString();
      const fresh = Array.from({ length: number }, () => nextSlot++);
      for (const slot of fresh) changes.set(slot, { created: at, lastModified: at });
      insert(fresh, seed);
      return fresh.map((slot) => slotToUuid(home, slot));
    },
    upsert(change) {
      const stamp = new Date(now()).toISOString();
      const uuid = change.id ? bareId(change.id) : undefined;
      let slot = uuid === undefined ? undefined : everSlotOf(uuid);
      if (slot !== undefined && removed.delete(slot)) insert([slot], slot);
      if (slot === undefined) {
        slot = nextSlot++;
        changes.set(slot, { created: stamp, ...(uuid !== undefined && { id: uuid }) });
        if (uuid !== undefined) foreign.set(uuid, slot);
        insert([slot], slot);
      }
      changes.set(slot, { ...changes.get(slot), lastModified: stamp, ...bare(change) });
      version++;
      return uuidAt(slot);
    },
    remove(uuids) {
      const gone = uuids.filter((uuid) => {
        const slot = slotOf(bareId(uuid));
        if (slot === undefined) return false;
        removed.add(slot);
        return true;
      });
      if (gone.length > 0) {
        order = slots().filter((slot) => !removed.has(slot));
        version++;
      }
      return gone.map(bareId);
    },
    sample(number, seed) {
      const draw = draws(seed);
      const pool = slots().filter((slot) => slot >= accounts.length);
      const drawn = Math.min(number, pool.length);
      for (let index = 0; index < drawn; index++) {
        const other = index + Math.floor(draw() * (pool.length - index));
        [pool[index], pool[other]] = [pool[other]!, pool[index]!];
      }
      return pool.slice(0, drawn).map(uuidAt);
    },
    byLastModified() {
      if (ordered?.version !== version) {
        const modified = (slot: number) =>
          Date.parse(changes.get(slot)?.lastModified ?? '') || datesOf(home, slot).lastModified;
        const keyed = slots().map((slot) => ({ slot, at: modified(slot) }));
        keyed.sort((a, b) => a.at - b.at || a.slot - b.slot);
        ordered = { version, uuids: keyed.map(({ slot }) => uuidAt(slot)) };
      }
      return ordered.uuids;
    },
  };
}

/** The change with bare ids, and with `undefined` where `null` takes a field away. */
function bare({ id: _, ...change }: PersonChange): Partial<Person> {
  const fields = Object.fromEntries(Object.entries(change).map(([field, value]) => [field, value ?? undefined]));
  return {
    ...fields,
    ...(change.roles && { roles: change.roles.map(bareId) }),
    ...(change.licenses && { licenses: change.licenses.map(bareId) }),
    ...(change.managerId && { managerId: bareId(change.managerId) }),
    ...(change.locationId && { locationId: bareId(change.locationId) }),
  };
}
