import { beforeAll, describe, expect, it } from 'vitest';
import { draws } from '../../local/webex/people/chance.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import type { Store } from '../../shared/ports.ts';
import { memoryStore } from '../support/memory-store.ts';
import { seed } from '../support/seed.ts';
import { buildWorlds } from './build-worlds.ts';
import { drawn, exploreAll } from './explore.ts';
import { fill, inMemory, meet, type OpenStore } from './meet.ts';
import { listPairs, type Pair } from './pairs.ts';
import type { World } from './world.ts';

/** The short sample of `npm run test:interleave`: where two flows write the same documents. */
const sample = listPairs().filter(({ name }) =>
  [
    'absent/consent|consent',
    'absent/consent|consentOfOther',
    'absent/consent|changeNumber',
    'absent/consent|consentOfTwin',
    'absent/paste|changeNumber',
    'absent/rename|create',
    'absent/linkOnce|linkOnce',
    'connected/refresh|refresh',
    'connected/refresh|consent',
    'connected/refreshOnDemand|delete',
    'connected/accessToken|consent',
    'connected/consent|consent',
    'connected/refresh|reseal',
    'connected/rename|delete',
    'connected/requestSync|requestSync',
    'held/approve|reject',
    'held/sync|approve',
    'held/approve|approve|sync',
  ].includes(name),
);

let worlds: World[];
beforeAll(async () => {
  worlds = await buildWorlds('rotate');
});
const worldOf = ({ world }: Pair) => worlds.find(({ name }) => name === world)!;

const sqlite: OpenStore = (documents) => fill(sqliteStore({ file: ':memory:', now: () => 0 }), documents);

/** An engine that forgets every precondition. */
const careless: OpenStore = async (documents) => {
  const store: Store = memoryStore(documents);
  return {
    ...store,
    commit: (writes) =>
      store.commit(
        writes.map((write) => ('set' in write ? { set: write.set, data: write.data } : { delete: write.delete })),
      ),
  };
};

describe('two flows that meet', () => {
  it.each(sample)('$name: every condition holds, whatever the order', async (pair) => {
    const draw = draws(seed);
    for (const [open, count] of [
      [inMemory, 40],
      [sqlite, 10],
    ] as const) {
      for (let index = 0; index < count; index++) {
        expect((await meet(worldOf(pair), pair.flows, drawn(draw), open)).violations).toEqual([]);
      }
    }
  });

  it('are detected when commits check no preconditions', async () => {
    const pair = sample.find(({ name }) => name === 'connected/refresh|consent')!;
    const violations = new Set<string>();
    const run = async (choose: Parameters<typeof meet>[2]) => {
      const met = await meet(worldOf(pair), pair.flows, choose, careless);
      for (const violation of met.violations) violations.add(violation);
      return met.schedule;
    };
    const { tried } = await exploreAll(run, { preemptions: 1, most: 1000 });
    expect(tried).toBeGreaterThan(10);
    expect([...violations]).not.toEqual([]);
  });
});
