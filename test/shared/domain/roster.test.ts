import { describe, expect, it } from 'vitest';
import {
  chunkIds,
  entriesPerChunk,
  entryLine,
  extendedLog,
  isCompactionDue,
  type Roster,
  type RosterChunk,
  type RosterLog,
  removalLine,
  rosterFromLog,
} from '../../../shared/domain/roster.ts';
import fc from '../../support/property.ts';

const start: RosterLog = { generation: 3, entries: 0, people: 0 };
const hash = fc.integer({ min: 0, max: 2 ** 48 - 1 });

/** A log as its documents, written batch by batch. */
function written(batches: string[][], log = start): { log: RosterLog; documents: Map<string, RosterChunk> } {
  const documents = new Map<string, RosterChunk>();
  let [entries, last] = [log.entries, ''];
  for (const lines of batches) {
    const extended = extendedLog({ ...log, entries }, last, lines);
    ({ entries, last } = extended);
    for (const { id, data } of extended.chunks) documents.set(id, data);
  }
  return { log: { ...log, entries }, documents };
}

const read = ({ log, documents }: ReturnType<typeof written>, mark?: { entries: number; seen: string }) =>
  rosterFromLog(
    chunkIds(log).map((id) => documents.get(id)!),
    mark,
  );

const people = (roster: Roster) => {
  const all = [...roster.unseen()];
  return new Map(all.map((person) => [person, roster.hash(person)]));
};

describe('the log of a roster', () => {
  it('describes the same people as a map after any batches of changes', () => {
    const change = fc.record({ person: fc.integer({ min: 0, max: 60 }), hash: fc.option(hash) });
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 40 }), { maxLength: 12 }), (batches) => {
        const model = new Map<string, number>();
        for (const { person, hash } of batches.flat()) {
          if (hash === null) model.delete(`p${person}`);
          else model.set(`p${person}`, hash);
        }
        const lines = batches.map((batch) =>
          batch.map(({ person, hash }) =>
            hash === null ? removalLine(`p${person}`, 1) : entryLine(`p${person}`, hash),
          ),
        );
        expect(people(read(written(lines)))).toEqual(model);
      }),
    );
  });

  it('fills its documents one after another, and rewrites only the last', () => {
    const lines = Array.from({ length: entriesPerChunk + 10 }, (_, index) => entryLine(`p${index}`, index));
    const { log, documents } = written([lines.slice(0, 4_990), lines.slice(4_990)]);
    expect([...documents.keys()]).toEqual(['3-0', '3-1']);
    expect(chunkIds(log)).toEqual(['3-0', '3-1']);
    const last = documents.get('3-1')!.entries;
    expect(extendedLog(log, last, [entryLine('new', 1)]).chunks.map(({ id }) => id)).toEqual(['3-1']);
    expect(read({ log, documents }).size).toBe(lines.length);
  });

  it('keeps the hash of every person while it grows', () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => entryLine(`p${index}`, index * 7_000_000_000));
    const roster = read(written([lines]));
    for (let index = 0; index < 40_000; index++) expect(roster.hash(`p${index}`)).toBe(index * 7_000_000_000);
  });

  it('describes the same people after a compaction, without old removals', () => {
    const lines = [
      entryLine('a', 1),
      entryLine('b', 2),
      removalLine('a', 10),
      entryLine('c', 3),
      removalLine('c', 200),
    ];
    const roster = read(written([lines]));
    const currentLines = read(written([[...roster.currentLines(201)]]));
    expect(people(currentLines)).toEqual(new Map([['b', 2]]));
    expect([currentLines.wasRemoved('a'), currentLines.wasRemoved('c')]).toEqual([false, true]);
  });

  it('is worth a compaction when more than a third of it is out of date', () => {
    expect(isCompactionDue({ generation: 0, entries: 14_999, people: 10_000 })).toBe(false);
    expect(isCompactionDue({ generation: 0, entries: 15_001, people: 10_000 })).toBe(true);
    expect(isCompactionDue({ generation: 0, entries: 4_000, people: 10 })).toBe(false);
  });
});

describe('the people who have been seen', () => {
  it('are the same whenever the log is read again, whatever was written since the mark', () => {
    const person = fc.integer({ min: 0, max: 40 }).map((number) => `p${number}`);
    const line = fc.oneof(
      fc.tuple(person, hash).map(([id, value]) => entryLine(id, value)),
      person.map((id) => removalLine(id, 1)),
    );
    const inputs = fc.tuple(fc.array(line, { maxLength: 80 }), fc.array(person), fc.array(line, { maxLength: 20 }));
    fc.assert(
      fc.property(inputs, ([before, seen, since]) => {
        const first = read(written([before]));
        for (const id of seen) first.see(id);
        const mark = { entries: before.length, seen: first.seenBits() };
        const later = read(written([before, since]), mark);
        const plain = read(written([before, since]));
        const touched = new Set(since.map((text) => text.split(' ')[0]!));
        for (const id of plain.unseen()) {
          expect(later.isSeen(id)).toBe(touched.has(id) || first.isSeen(id));
        }
        expect(later.size - later.seenCount).toBe(later.unseen().length);
      }),
    );
  });

  it('are everybody except the given people', () => {
    const roster = read(written([['a', 'b', 'c'].map((id) => entryLine(id, 1))]));
    roster.seeAllExcept(['b', 'stranger']);
    expect(roster.unseen()).toEqual(['b']);
  });
});
