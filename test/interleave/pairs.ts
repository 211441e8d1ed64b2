/** Which flows meet: every two of a world, and the threes that have gone wrong before. */

import { type Flow, flows } from './flows.ts';

export interface Pair {
  world: string;
  flows: Flow[];
  name: string;
}

const threes = [
  ['connected', 'paste', 'consent', 'refresh'],
  ['absent', 'changeNumber', 'consentOfOther', 'paste'],
  ['absent', 'changeNumber', 'consent', 'consentOfTwin'],
  ['connected', 'refresh', 'consent', 'delete'],
  ['held', 'approve', 'reject', 'sync'],
  ['held', 'approve', 'approve', 'sync'],
];

export function listPairs(): Pair[] {
  const pairs = ['absent', 'connected', 'held'].flatMap((world) => {
    const here = flows.filter(({ worlds }) => worlds.includes(world));
    return here.flatMap((first, index) => here.slice(index).map((second) => toPair(world, [first, second])));
  });
  return [...pairs, ...threes.map(([world, ...names]) => toPair(world!, names.map(byName)))];
}

const toPair = (world: string, together: Flow[]): Pair => ({
  world,
  flows: together,
  name: `${world}/${together.map(({ name }) => name).join('|')}`,
});

function byName(name: string): Flow {
  const flow = flows.find((each) => each.name === name);
  if (!flow) throw new Error(`There is no flow ${name}.`);
  return flow;
}
