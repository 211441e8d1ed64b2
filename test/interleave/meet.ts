/** Lets two or three flows meet in a world, in one order, on one engine, and checks the result. */

import { draws } from '../../local/webex/people/chance.ts';
import type { Store, Write } from '../../shared/ports.ts';
import { type Documents, memoryStore } from '../support/memory-store.ts';
import { drawIdsFrom } from '../support/seeded-ids.ts';
import type { Flow } from './flows.ts';
import { judgeEnd, witnessed } from './oracles.ts';
import { type Choose, runSchedule, type Schedule } from './schedule.ts';
import { portsOf, startsAt, type World } from './world.ts';

/** Opens a store that holds `documents`. */
export type OpenStore = (documents: Documents) => Promise<Store>;

export const inMemory: OpenStore = async (documents) => memoryStore(documents);

/** Copies the documents into an engine that is empty. */
export async function fill(store: Store, documents: Documents): Promise<Store> {
  const writes = [...documents].map(([set, { text }]): Write => ({ set, data: JSON.parse(text) }));
  for (let index = 0; index < writes.length; index += 400) await store.commit(writes.slice(index, index + 400));
  return store;
}

export interface Meeting {
  schedule: Schedule;
  violations: string[];
}

export async function meet(world: World, flows: Flow[], choose: Choose, open: OpenStore = inMemory): Promise<Meeting> {
  const draw = draws(1);
  drawIdsFrom(draw);
  const webex = structuredClone(world.webex);
  /** Living and dead ones. */
  const given = { ...webex.refreshTokens };
  const store = await open(world.documents);
  const witness = witnessed(store, world, (token) => given[token] ?? webex.refreshTokens[token]);
  const shared = { world, store: witness.store, webex, messages: [] };
  const runs = flows.map(
    (flow, index) => (gate: Parameters<Parameters<typeof runSchedule>[0][number]>[0]) =>
      flow.run(portsOf(shared, gate), world.names, index),
  );
  try {
    const schedule = await runSchedule(runs, {
      startsAt,
      random: draw,
      choose: (...asked) => {
        Object.assign(given, webex.refreshTokens);
        return choose(...asked);
      },
    });
    const names = flows.map(({ name }) => name);
    const violations = judgeEnd({ flows: names, outcomes: schedule.outcomes, witness, webex, world });
    return { schedule, violations: [...new Set(violations)] };
  } finally {
    await store.close();
  }
}
