/**
 * Kills (SIGKILL) processes in which a new token pair arrives, pasted or by a consent through a connect link: before and after
 * every call of a port, and at random instants. A grant that worked before must still work; and doing it again must connect.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../local/command-line.ts';
import { type ArrivalOutcome, createArrivalWorld, type Situation } from '../support/arrival-world.ts';
import { bundleProcess } from '../support/bundle-process.ts';

const situations: Situation[] = [
  { way: 'paste', connected: true },
  { way: 'paste', connected: false },
  { way: 'code', connected: true },
  { way: 'code', connected: false },
];

/** Kills one process per call and side of the call, until a process survives; then at random instants. */
async function killEverywhere(
  world: Awaited<ReturnType<typeof createArrivalWorld>>,
  situation: Situation,
  randomKills: number,
): Promise<ArrivalOutcome[]> {
  const outcomes: ArrivalOutcome[] = [];
  for (const after of [false, true]) {
    for (let call = 1; ; call++) {
      const outcome = await world.arrive(situation, { call, after });
      if (!outcome.killed) break;
      outcomes.push(outcome);
    }
  }
  for (let count = 0; count < randomKills; count++) outcomes.push(await world.arrive(situation, 'at random'));
  return outcomes.filter(({ killed }) => killed);
}

export async function main(args: string[] = []): Promise<void> {
  const { random } = parseCommandLine(
    {
      command: 'npm run test:crash -- arrivals',
      purpose: 'Kills processes in which a pasted pair or a consent arrives, and counts lost connections.',
      options: { random: { type: 'string', default: '25', help: 'Kills at random instants, for each situation.' } },
    },
    args,
  );
  const folder = await mkdtemp(join(tmpdir(), 'crash-arrivals-'));
  const script = await bundleProcess('arrival-process', folder);
  let lost = 0;
  for (const rotation of ['keep', 'rotate'] as const) {
    const world = await createArrivalWorld({ folder, script, rotation });
    const outcomes: ArrivalOutcome[] = [];
    for (const situation of situations) outcomes.push(...(await killEverywhere(world, situation, Number(random))));
    await world.close();
    const count = (key: 'lost' | 'lostInTransit') => outcomes.filter((outcome) => outcome[key]).length;
    lost += count('lost');
    const inTransit = `${count('lostInTransit')} pasted pairs of unconnected customers lost in transit`;
    console.log(`arrivals, tokens that Webex ${rotation === 'keep' ? 'keeps' : 'rotates'}: ${inTransit}`);
    console.log(`arrivals, ${rotation}: ${outcomes.length} kills, ${count('lost')} lost`);
    if (rotation === 'keep') lost += count('lostInTransit');
  }
  await rm(folder, { recursive: true });
  if (lost > 0) throw new Error('A connection was lost.');
}

if (import.meta.main) await main(process.argv.slice(2));
