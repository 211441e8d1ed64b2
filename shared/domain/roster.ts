/** The roster: person → hash for everyone of a customer, in a few documents of packed text, so that who is unchanged costs nothing. */

import { createHash } from 'node:crypto';

/** The document `customers/{id}/roster/{shard}`: lines of `person hash`. About 50 bytes a person. */
export interface RosterShard {
  entries: string;
}

/** A shard holds about this many people: 200 KB, far from a document's 1 MiB even when uneven. */
const peoplePerShard = 4_000;

export type Roster = Map<string, string>;

/** The number of shards for an organization of this size: a power of two, so that growth splits shards evenly. */
export function shardCount(people: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(people / peoplePerShard)));
}

export function shardOf(person: string, shards: number): number {
  return createHash('sha256').update(person).digest().readUInt32BE() % shards;
}

export function unpack(shard: RosterShard, into: Roster): void {
  for (const line of shard.entries.split('\n')) {
    const space = line.lastIndexOf(' ');
    if (space > 0) into.set(line.slice(0, space), line.slice(space + 1));
  }
}

/** The given shards of a roster, packed. */
export function pack(roster: Roster, shards: number, wanted: ReadonlySet<number>): Map<number, RosterShard> {
  const lines = new Map<number, string[]>([...wanted].map((shard) => [shard, []]));
  for (const [person, hash] of roster) lines.get(shardOf(person, shards))?.push(`${person} ${hash}`);
  return new Map([...lines].map(([shard, entries]) => [shard, { entries: entries.join('\n') }]));
}
