/**
 * The roster: person → hash for all users of a customer, so that an unchanged person costs neither a read nor a write. It is
 * stored as a log in a few documents (`customers/{id}/roster/{generation}-{n}`); a commit of users rewrites only the last. Pure.
 */

/** One document of the log: lines of `person hash`, or `person -day` for a person who was removed on that day. */
export interface RosterChunk {
  entries: string;
}

/** Which documents form the log, how many lines it has, and how many people it leaves present. */
export interface RosterLog {
  generation: number;
  entries: number;
  people: number;
}

/** A document of 250 KB, a quarter of the store's limit. */
export const entriesPerChunk = 5_000;
/** A person who comes back within this time counts as returned. Tombstones stay as long. */
const removedKeptDays = 90;

export const chunkId = (generation: number, index: number) => `${generation}-${index}`;

/** The ids of the log's documents, in order. */
export function chunkIds({ generation, entries }: RosterLog): string[] {
  return Array.from({ length: Math.ceil(entries / entriesPerChunk) }, (_, index) => chunkId(generation, index));
}

/**
 * The roster in memory. The people's order is the same whenever the same log is read, so a set of people can be stored as one
 * bit for each.
 */
export class Roster {
  /** Person → slot, in the order in which people were added: replacing a value does not move its key. */
  readonly #slots = new Map<string, number>();
  readonly #removed = new Map<string, number>();
  #hashes = new Float64Array(1024);
  #seen = new Uint8Array(1024);
  #nextSlot = 0;
  #seenCount = 0;

  get size(): number {
    return this.#slots.size;
  }

  get seenCount(): number {
    return this.#seenCount;
  }

  hash(person: string): number | undefined {
    const slot = this.#slots.get(person);
    return slot === undefined ? undefined : this.#hashes[slot];
  }

  /** Whether a person who is absent was present before. */
  wasRemoved(person: string): boolean {
    return this.#removed.has(person);
  }

  isSeen(person: string): boolean {
    return this.#seen[this.#slots.get(person) ?? -1] === 1;
  }

  set(person: string, hash: number): void {
    // The slot comes first: a new one may replace the array of hashes.
    const slot = this.#slotFor(person);
    this.#hashes[slot] = hash;
    this.#removed.delete(person);
  }

  /** Removes a person and the record that they were ever there. */
  forget(person: string): void {
    if (this.isSeen(person)) this.#seenCount -= 1;
    this.#slots.delete(person);
  }

  remove(person: string, day: number): void {
    this.forget(person);
    this.#removed.set(person, day);
  }

  /** Marks a person as seen, and returns whether this is the first time. */
  see(person: string): boolean {
    const slot = this.#slots.get(person);
    if (slot === undefined || this.#seen[slot] === 1) return false;
    this.#seen[slot] = 1;
    this.#seenCount += 1;
    return true;
  }

  seeAllExcept(people: string[]): void {
    const except = new Set(people);
    for (const person of this.#slots.keys()) if (!except.has(person)) this.see(person);
  }

  forgetSeen(): void {
    this.#seen.fill(0);
    this.#seenCount = 0;
  }

  /** The people who have not been seen, in the roster's order. */
  unseen(): string[] {
    const people: string[] = [];
    for (const [person, slot] of this.#slots) if (this.#seen[slot] === 0) people.push(person);
    return people;
  }

  /** One bit for each person who has been seen, base64. */
  seenBits(): string {
    const bits = Buffer.alloc(Math.ceil(this.#slots.size / 8));
    let place = 0;
    for (const slot of this.#slots.values()) {
      if (this.#seen[slot] === 1) bits[place >> 3] = bits[place >> 3]! | (1 << (place & 7));
      place += 1;
    }
    return bits.toString('base64');
  }

  /** Marks people as seen by bits that were made when the log had as many lines as now. */
  restoreSeen(base64: string): void {
    const bits = Buffer.from(base64, 'base64');
    let place = 0;
    for (const person of this.#slots.keys()) {
      if ((bits[place >> 3] ?? 0) & (1 << (place & 7))) this.see(person);
      place += 1;
    }
  }

  /** The lines of an equivalent log without outdated lines. */
  *currentLines(today: number): Generator<string> {
    for (const [person, slot] of this.#slots) yield entryLine(person, this.#hashes[slot]!);
    for (const [person, day] of this.#removed) if (today - day <= removedKeptDays) yield removalLine(person, day);
  }

  #slotFor(person: string): number {
    const known = this.#slots.get(person);
    if (known !== undefined) return known;
    if (this.#nextSlot === this.#seen.length) this.#grow();
    this.#slots.set(person, this.#nextSlot);
    return this.#nextSlot++;
  }

  #grow(): void {
    const [hashes, seen] = [new Float64Array(this.#nextSlot * 2), new Uint8Array(this.#nextSlot * 2)];
    hashes.set(this.#hashes);
    seen.set(this.#seen);
    [this.#hashes, this.#seen] = [hashes, seen];
  }
}

export const entryLine = (person: string, hash: number) => `${person} ${hash.toString(36)}\n`;
export const removalLine = (person: string, day: number) => `${person} -${day}\n`;

/**
 * The roster that the log describes. With a `mark`, made when the log had `entries` lines, the people seen by then count as
 * seen, and so does every person written since.
 */
export function rosterFromLog(chunks: RosterChunk[], mark?: { entries: number; seen: string }): Roster {
  const roster = new Roster();
  let index = 0;
  const markHere = () => {
    if (mark && index === mark.entries) roster.restoreSeen(mark.seen);
  };
  for (const { entries } of chunks) {
    for (let from = 0; from < entries.length; index++) {
      markHere();
      const [space, end] = [entries.indexOf(' ', from), entries.indexOf('\n', from)];
      const person = entries.slice(from, space);
      const value = entries.slice(space + 1, end);
      if (value.startsWith('-')) roster.remove(person, Number(value.slice(1)));
      else roster.set(person, Number.parseInt(value, 36));
      if (mark && index >= mark.entries) roster.see(person);
      from = end + 1;
    }
  }
  markHere();
  return roster;
}

/** The log with more lines: its new length, the text of its last document, and the documents that change. */
export function extendedLog(
  log: RosterLog,
  last: string,
  lines: Iterable<string>,
): { entries: number; last: string; chunks: { id: string; data: RosterChunk }[] } {
  const chunks: { id: string; data: RosterChunk }[] = [];
  let [entries, text, touched] = [log.entries, last, false];
  const close = () => {
    const index = Math.ceil(entries / entriesPerChunk) - 1;
    if (touched) chunks.push({ id: chunkId(log.generation, index), data: { entries: text } });
  };
  for (const line of lines) {
    if (entries > 0 && entries % entriesPerChunk === 0) {
      close();
      [text, touched] = ['', false];
    }
    text += line;
    entries += 1;
    touched = true;
  }
  close();
  return { entries, last: text, chunks };
}

/** Whether the log is worth rewriting: it has more than one document, and more than a third of its lines are out of date. */
export function isCompactionDue({ entries, people }: RosterLog): boolean {
  return entries > entriesPerChunk && entries > 1.5 * people;
}
