/** The roster's documents: read into memory, and written anew when most of the log is out of date. */

import { Failure } from '../domain/failure.ts';
import { chunkIds, compactionDue, extend, type RosterChunk, readLog } from '../domain/roster.ts';
import { day } from '../domain/time.ts';
import type { Write } from '../ports.ts';
import { rosterOf } from '../storage/layout.ts';
import { advance, type Session } from './session.ts';

/** Documents of 250 KB, in one read and in one commit. */
const chunksAtOnce = 10;

/**
 * Loads the roster as the log says, with who had been seen when the run was left.
 * @throws Failure `internal` when a document of the log is missing: nothing may be concluded from the rest
 */
export async function loadRoster(session: Session): Promise<void> {
  const { ports, head, customer, mark } = session;
  const paths = chunkIds(head.data.roster).map((id) => `${rosterOf(customer.id)}/${id}`);
  const chunks: RosterChunk[] = [];
  for (let from = 0; from < paths.length; from += chunksAtOnce) {
    for (const chunk of await ports.store.getMany<RosterChunk>(paths.slice(from, from + chunksAtOnce))) {
      if (!chunk) throw new Failure('internal', 'The roster is not complete.');
      chunks.push(chunk.data);
    }
  }
  session.roster = readLog(chunks, mark);
  session.lastChunk = chunks.at(-1)?.entries ?? '';
  if (!mark) await compactIfDue(session);
}

/**
 * Writes the log anew under the next generation when that is due; the old one is valid until the last commit, which
 * changes over and deletes it. Only at a run's beginning: a checkpoint names places in the log.
 */
async function compactIfDue(session: Session): Promise<void> {
  const { head, customer, roster, ports } = session;
  const old = head.data.roster;
  if (!compactionDue(old)) return;
  const fresh = { generation: old.generation + 1, entries: 0, people: roster.size };
  const { entries, last, chunks } = extend(fresh, '', roster.compacted(Math.floor(ports.clock.now() / day)));
  const path = (id: string) => `${rosterOf(customer.id)}/${id}`;
  for (let from = 0; from < chunks.length; from += chunksAtOnce) {
    const writes = chunks.slice(from, from + chunksAtOnce).map(({ id, data }): Write => ({ set: path(id), data }));
    await advance(session, {}, writes);
  }
  const deletions = chunkIds(old).map((id): Write => ({ delete: path(id) }));
  await advance(session, { roster: { ...fresh, entries } }, deletions);
  session.lastChunk = last;
}
