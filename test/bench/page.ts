/**
 * `npm run bench -- page [--rounds 15]`: process start to the token page, beside a bare functions-framework page; and that nothing
 * heavy is loaded for it.
 */

import { join } from 'node:path';
import { parseCommandLine } from '../../local/command-line.ts';
import { buildFunction } from '../../scripts/build.ts';
import { unpackBundles } from '../support/deployed.ts';
import { type ColdStart, coldStart, type Subject } from './parts/cold-start.ts';

/** The first page may take half as long again as one that does nothing. */
const allowed = 1.5;

export async function main(args: string[]): Promise<void> {
  const values = parseCommandLine(
    {
      command: 'npm run bench -- page',
      purpose: 'Measures process start to the token page.',
      options: { rounds: { type: 'string', default: '15', help: 'Starts of each.' } },
    },
    args,
  );
  const rounds = Number(values.rounds);
  const { folder, remove } = await unpackBundles();
  try {
    const built = await buildFunction('webex_teams_oauth');
    const page = { request: {}, status: 200 };
    const env = {
      GOOGLE_CLOUD_PROJECT: 'cold',
      CALLER_AUDIENCE: 'https://example.com/customers',
    };
    const bare: Subject = { target: 'hello', source: join(import.meta.dirname, 'peers/bare/index.mjs'), ...page };
    const ours: Subject = { target: 'webex_teams_oauth', source: join(folder, 'webex_teams_oauth'), env, ...page };
    const starts: Record<'bare' | 'ours', ColdStart[]> = { bare: [], ours: [] };
    for (const subject of [bare, ours]) await coldStart(subject);
    // In turns, so that other work on the machine slows both alike.
    for (let round = 0; round < rounds; round++) {
      starts.bare.push(await coldStart(bare));
      starts.ours.push(await coldStart(ours));
    }
    const [bareMs, pageMs] = [median(starts.bare), median(starts.ours)];
    const ratio = Math.round((pageMs / bareMs) * 1000) / 1000;
    const startKiB = Math.round(built.startBytes / 1024);
    console.log(
      `A bare page after ${Math.round(bareMs)} ms, the token page after ${Math.round(pageMs)} ms: ${ratio} times.`,
    );
    console.log(
      JSON.stringify({ bench: 'page', rounds, node: process.version, bareMs, pageMs, ratio, allowed, startKiB }),
    );
    if (ratio > allowed) process.exitCode = 1;
  } finally {
    remove();
  }
}

function median(starts: ColdStart[]): number {
  const sorted = starts.map(({ answeredMs }) => answeredMs).sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)]!);
}
