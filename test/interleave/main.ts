/**
 * `npm run test:interleave`: runs flows through the orders of their calls of the store and Webex and judges each. In memory all
 * orders with few preemptions, on SQLite and the Firestore emulator a sample. `-- --help` lists the options.
 */

import { parseArgs } from 'node:util';
import { startEmulators } from '../../local/emulators.ts';
import { draws } from '../../local/webex/people/chance.ts';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { buildWorlds } from './build-worlds.ts';
import { drawn, exploreAll, following } from './explore.ts';
import { fill, inMemory, meet, type OpenStore } from './meet.ts';
import { listPairs, type Pair } from './pairs.ts';
import type { Choose } from './schedule.ts';
import type { World } from './world.ts';

const help = `npm run test:interleave -- [options]
  --pair TEXT          only pairs whose name holds this text, such as connected/paste
  --preemptions N      how often a flow is interrupted although it could go on (2)
  --most N             at most so many orders for each pair (3000)
  --sample N           orders drawn by chance for each pair on SQLite (20) ...
  --emulator N         ... and on the Firestore emulator (2; 0: without it)
  --seed N             of the sample (1)
  --replay NAME:ORDER  one order, as a violation prints it`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    pair: { type: 'string', default: '' },
    preemptions: { type: 'string', default: '2' },
    most: { type: 'string', default: '3000' },
    sample: { type: 'string', default: '20' },
    emulator: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    replay: { type: 'string' },
  },
});

/** What one engine has found: each violation once for each pair, with the first order that shows it. */
interface Findings {
  tried: number;
  cut: number;
  violations: Map<string, string>;
}

/** A schedule as text: the first flow is A. */
const toText = (flows: number[]) => flows.map((flow) => 'ABC'[flow]).join('');
const toChoices = (text: string) => [...text].map((letter) => 'ABC'.indexOf(letter));

/** One order; what is wrong with it goes into the findings. */
function trial(pair: Pair, world: World, findings: Findings, open: OpenStore) {
  return async (choose: Choose) => {
    const { schedule, violations } = await meet(world, pair.flows, choose, open).catch((error) => {
      throw new Error(`${pair.name}: ${error.stack}`);
    });
    for (const violation of violations) {
      const key = `${pair.name} (${world.webex.rotation}): ${violation}`;
      if (findings.violations.has(key)) continue;
      findings.violations.set(key, toText(schedule.steps.map(({ flow }) => flow)));
    }
    return schedule;
  };
}

async function searchAll(pairs: Pair[], worlds: World[]): Promise<Findings> {
  const findings: Findings = { tried: 0, cut: 0, violations: new Map() };
  const limits = { preemptions: Number(values.preemptions), most: Number(values.most) };
  for (const pair of pairs) {
    for (const world of worlds.filter(({ name }) => name === pair.world)) {
      const { tried, isCut } = await exploreAll(trial(pair, world, findings, inMemory), limits);
      findings.tried += tried;
      findings.cut += Number(isCut);
    }
  }
  return findings;
}

async function sample(pairs: Pair[], worlds: World[], open: OpenStore, count: number): Promise<Findings> {
  const findings: Findings = { tried: 0, cut: 0, violations: new Map() };
  const draw = draws(Number(values.seed));
  for (const pair of pairs) {
    for (const world of worlds.filter(({ name }) => name === pair.world)) {
      for (let index = 0; index < count; index++) {
        await trial(pair, world, findings, open)(drawn(draw));
        findings.tried += 1;
      }
    }
  }
  return findings;
}

function report(engine: string, pairs: Pair[], { tried, cut, violations }: Findings): void {
  const limit = cut > 0 ? ` (${cut} searches cut by --most)` : '';
  console.log(`${engine}: ${pairs.length} pairs, ${tried} interleavings${limit}, ${violations.size} violations`);
  for (const [violation, order] of violations) {
    const [name] = violation.split(' ');
    console.log(`  ${violation}\n    npm run test:interleave -- --replay '${name}:${order}'`);
  }
  if (violations.size > 0) process.exitCode = 1;
}

async function sampleOnEmulator(pairs: Pair[], worlds: World[], count: number): Promise<void> {
  const emulators = count > 0 ? await startEmulators() : undefined;
  if (!emulators) return console.log('Firestore emulator: left out');
  const emulatorHost = emulators.firestoreHost;
  let projects = 0;
  const open: OpenStore = (documents) =>
    fill(firestoreStore({ projectId: `interleave-${++projects}`, emulatorHost }), documents);
  report('Firestore emulator', pairs, await sample(pairs, worlds, open, count));
  await emulators.stop();
}

async function replay(text: string, worlds: World[]): Promise<void> {
  const [name, order] = text.split(':') as [string, string];
  const pair = listPairs().find((each) => each.name === name)!;
  for (const world of worlds.filter((each) => each.name === pair.world)) {
    const { schedule, violations } = await meet(world, pair.flows, following(toChoices(order)));
    for (const { flow, label } of schedule.steps) console.log(`${'ABC'[flow]} ${pair.flows[flow]!.name}: ${label}`);
    for (const { value, error } of schedule.outcomes) console.log(error ?? value);
    console.log(world.webex.rotation, violations);
  }
}

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  const worlds = [...(await buildWorlds('rotate')), ...(await buildWorlds('keep'))];
  if (values.replay) return replay(values.replay, worlds);
  const pairs = listPairs().filter(({ name }) => name.includes(values.pair));
  report('memory', pairs, await searchAll(pairs, worlds));
  const sqlite: OpenStore = (documents) => fill(sqliteStore({ file: ':memory:', now: () => 0 }), documents);
  report('SQLite', pairs, await sample(pairs, worlds, sqlite, Number(values.sample)));
  await sampleOnEmulator(pairs, worlds, Number(values.emulator));
}

await main();
