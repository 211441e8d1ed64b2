/** The people of one organization: computed on demand, with only the changes kept in memory. */

import { bareId } from '../ids.ts';
import { draws } from './chance.ts';
import { datesOf, emailToSlot, type Household, type Person, person, slotToUuid, uuidToSlot } from './person.ts';
import { type Slots, slotOrder } from './slots.ts';

/** Fields to set. `null` removes an optional field. Ids may be bare or Webex's. */
export type PersonChange = { [Field in keyof Person]?: Person[Field] | null };

export interface Directory {
  size(): number;
  /** In the order that paging follows. */
  slice(offset: number, count: number): Person[];
  all(): Generator<Person>;
  byId(uuid: string): Person | undefined;
  byEmail(email: string): Person | undefined;
  /** Adds synthetic people at places that `seed` decides, and returns their uuids. */
  add(count: number, seed?: number): string[];
  /** Changes the person with the id, restores a removed one, or adds a new one. Returns the uuid. */
  upsert(change: PersonChange): string;
  /** Returns the uuids of the people it removed. */
  remove(uuids: string[]): string[];
  /** Uuids of distinct people drawn by `seed`, never those of the sign-in accounts. */
  sample(count: number, seed: number): string[];
  /** All uuids in order of modification, oldest first. */
  byLastModified(): string[];
}

interface State {
  home: Household;
  slots: Slots;
  /** What differs from the computed person, by slot. */
  changes: Map<number, Partial<Person>>;
  /** Slots of people whose uuid was given and is not computed. */
  foreign: Map<string, number>;
  /** The first slots are the sign-in accounts'. */
  accounts: number;
  /** Counts changes, so that a sorted list is computed once for each. */
  version: number;
  sorted?: { version: number; uuids: string[] };
  now(): number;
}

/** @param accounts how each of the first people, who are the sign-in accounts, differs from a computed person */
export function directory(home: Household, count: number, accounts: Partial<Person>[], now: () => number): Directory {
  const state: State = {
    home,
    slots: slotOrder(count),
    changes: new Map(accounts.entries()),
    foreign: new Map(),
    accounts: accounts.length,
    version: 0,
    now,
  };
  return {
    size: state.slots.size,
    slice: (offset, length) => state.slots.slice(offset, length).map((slot) => personAt(state, slot)),
    *all() {
      for (const slot of state.slots.snapshot()) yield personAt(state, slot);
    },
    byId(uuid) {
      const slot = slotOf(state, uuid);
      return slot === undefined ? undefined : personAt(state, slot);
    },
    byEmail: (email) => byEmail(state, email),
    add: (number, seed = state.slots.next()) => add(state, number, seed),
    upsert: (change) => upsert(state, change),
    remove: (uuids) => remove(state, uuids),
    sample: (number, seed) => sample(state, number, seed),
    byLastModified: () => byLastModified(state),
  };
}

const personAt = ({ home, changes }: State, slot: number): Person => ({ ...person(home, slot), ...changes.get(slot) });

const uuidAt = ({ home, changes }: State, slot: number) => changes.get(slot)?.id ?? slotToUuid(home, slot);

/** The slot of a uuid, even after the person was removed. */
function everSlotOf(state: State, uuid: string): number | undefined {
  const slot = state.foreign.get(uuid) ?? uuidToSlot(state.home, uuid);
  return slot !== undefined && state.slots.wasCreated(slot) && uuidAt(state, slot) === uuid ? slot : undefined;
}

function slotOf(state: State, uuid: string): number | undefined {
  const slot = everSlotOf(state, uuid);
  return slot !== undefined && state.slots.has(slot) ? slot : undefined;
}

function byEmail(state: State, email: string): Person | undefined {
  const wanted = email.toLowerCase();
  const computed = emailToSlot(wanted);
  const candidates = [...state.changes.keys(), ...(computed === undefined ? [] : [computed])];
  return candidates
    .filter((slot) => state.slots.has(slot))
    .map((slot) => personAt(state, slot))
    .find(({ emails }) => emails.some((address) => address.toLowerCase() === wanted));
}

const timestamp = ({ now }: State) => new Date(now()).toISOString();

function add(state: State, number: number, seed: number): string[] {
  const at = timestamp(state);
  const fresh = state.slots.create(number);
  for (const slot of fresh) state.changes.set(slot, { created: at, lastModified: at });
  state.slots.insert(fresh, seed);
  state.version++;
  return fresh.map((slot) => slotToUuid(state.home, slot));
}

function upsert(state: State, change: PersonChange): string {
  const { slots, changes, foreign } = state;
  const at = timestamp(state);
  const uuid = change.id ? bareId(change.id) : undefined;
  let slot = uuid === undefined ? undefined : everSlotOf(state, uuid);
  if (slot === undefined) {
    [slot] = slots.create(1) as [number];
    changes.set(slot, { created: at, ...(uuid !== undefined && { id: uuid }) });
    if (uuid !== undefined) foreign.set(uuid, slot);
    slots.insert([slot], slot);
  } else if (!slots.has(slot)) slots.insert([slot], slot);
  changes.set(slot, { ...changes.get(slot), lastModified: at, ...withBareIds(change) });
  state.version++;
  return uuidAt(state, slot);
}

function remove(state: State, uuids: string[]): string[] {
  const present = new Map<number, string>();
  for (const uuid of uuids.map(bareId)) {
    const slot = slotOf(state, uuid);
    if (slot !== undefined) present.set(slot, uuid);
  }
  if (present.size > 0) {
    state.slots.remove([...present.keys()]);
    state.version++;
  }
  return [...present.values()];
}

function sample(state: State, number: number, seed: number): string[] {
  const draw = draws(seed);
  const pool = state.slots.listed().filter((slot) => slot >= state.accounts);
  const drawn = Math.min(number, pool.length);
  for (let index = 0; index < drawn; index++) {
    const other = index + Math.floor(draw() * (pool.length - index));
    [pool[index], pool[other]] = [pool[other]!, pool[index]!];
  }
  return pool.slice(0, drawn).map((slot) => uuidAt(state, slot));
}

function byLastModified(state: State): string[] {
  const { home, slots, changes, version } = state;
  if (state.sorted?.version !== version) {
    const modified = (slot: number) =>
      Date.parse(changes.get(slot)?.lastModified ?? '') || datesOf(home, slot).lastModified;
    const keyed = slots.listed().map((slot) => ({ slot, at: modified(slot) }));
    keyed.sort((a, b) => a.at - b.at || a.slot - b.slot);
    state.sorted = { version, uuids: keyed.map(({ slot }) => uuidAt(state, slot)) };
  }
  return state.sorted.uuids;
}

/** The change with bare ids, and with `undefined` for each field that `null` removes. */
function withBareIds({ id: _, ...change }: PersonChange): Partial<Person> {
  const fields = Object.fromEntries(Object.entries(change).map(([field, value]) => [field, value ?? undefined]));
  return {
    ...fields,
    ...(change.roles && { roles: change.roles.map(bareId) }),
    ...(change.licenses && { licenses: change.licenses.map(bareId) }),
    ...(change.managerId && { managerId: bareId(change.managerId) }),
    ...(change.locationId && { locationId: bareId(change.locationId) }),
  };
}
