/** `npm test`: runs the tests with one seed, so that a failure can be repeated. Everything else on the command line is vitest's. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** These take seconds each: they wait for retries, or go through large fleets and rosters. */
const slow = [
  'test/shared/adapters/google/firestore-calls.test.ts',
  'test/shared/adapters/webex/client.test.ts',
  'test/shared/adapters/webex/uncertain-facts.test.ts',
  'test/shared/sync/log-lines.test.ts',
  'test/shared/sync/property.test.ts',
  'test/shared/sync/removals.test.ts',
  'test/shared/sync/roster-store.test.ts',
  'test/shared/sync/scan.test.ts',
  'test/shared/sync/scim-total.test.ts',
  'test/shared/sync/skipped.test.ts',
  'test/shared/sync/webex-calls.test.ts',
  'test/shared/tokens/fleet-refused.test.ts',
  'test/shared/tokens/fleet.test.ts',
  'test/shared/tokens/refresh-due.test.ts',
  'test/shared/users/restore.test.ts',
];

/** Rules and flows without browsers, bundles, child processes or emulators: at most 20 s on an idle machine. */
function fast(): string[] {
  const files = globSync('test/{shared,structure}/**/*.test.ts', { cwd: root }).filter((file) => !slow.includes(file));
  return ['--project', 'plain', ...files];
}

/** `--seed N`, or `SEED=N`; `--random` draws one; otherwise the seed is 1. What is left goes to vitest. */
function readArguments(given: string[]): { seed: number; rest: string[] } {
  const rest = given.filter((each) => each !== '--fast' && each !== '--random');
  let seed = given.includes('--random') ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SEED ?? 1);
  const at = rest.findIndex((each) => each === '--seed' || each.startsWith('--seed='));
  if (at >= 0) {
    const [, inline] = rest[at]!.split('=');
    seed = Number(inline ?? rest[at + 1]);
    rest.splice(at, inline === undefined ? 2 : 1);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('The seed must be a whole number: npm test -- --seed 5');
  if (given.includes('--fast')) rest.push(...fast());
  // Another order of the files belongs to a random run, and to its replay.
  if (seed !== 1) rest.push('--sequence.shuffle.files', `--sequence.seed=${seed}`);
  return { seed, rest };
}

const { seed, rest } = readArguments(process.argv.slice(2));
const vitest = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SEED: String(seed) },
});
const [code] = await once(vitest, 'exit');
if (code !== 0) console.error(`Repeat this run: npm test -- --seed ${seed}. Add a file's path to run it alone.`);
process.exitCode = code ?? 1;
