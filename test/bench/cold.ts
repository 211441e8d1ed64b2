/**
 * `npm run bench -- cold [--rounds 9]`: process start to the first answer, through the framework's own main as the platform
 * starts it. Our bundles beside what people write with Firebase, the same bundled and cached, and the framework alone.
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { startEmulators } from '../../local/emulators.ts';
import { functionNames } from '../../scripts/build.ts';
import { fillCompileCache, unpackBundles } from '../support/deployed.ts';
import { startGoogleSigner } from '../support/google-signer.ts';
import { type ColdStart, coldStart, type Subject } from './cold-start.ts';

const peers = join(import.meta.dirname, 'peers');
const caller = 'portal@example.com';
const audience = 'https://example.com/customers';

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '9' }, only: { type: 'string', default: '' } },
  });
  const rounds = Number(values.rounds);
  const emulators = await startEmulators();
  if (!emulators) throw new Error('The first answer that reads Firestore needs its emulator, and it is not here.');
  const signer = await startGoogleSigner();
  const { folder, remove } = await unpackBundles();
  try {
    await buildTuned(folder);
    const subjects = await allSubjects(folder, emulators.firestoreHost, signer);
    const chosen = Object.fromEntries(Object.entries(subjects).filter(([name]) => new RegExp(values.only).test(name)));
    report(await measured(chosen, rounds), rounds);
  } finally {
    remove();
    await Promise.all([signer.close(), emulators.stop()]);
  }
}

/** The naive peer in one minified file that needs no look at a package.json. */
async function buildTuned(folder: string): Promise<void> {
  await build({
    entryPoints: [join(peers, 'naive/index.js')],
    outfile: join(folder, 'tuned/index.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@google-cloud/functions-framework', 'express'],
    logLevel: 'error',
  });
}

async function allSubjects(
  folder: string,
  firestoreHost: string,
  signer: Awaited<ReturnType<typeof startGoogleSigner>>,
): Promise<Record<string, Subject>> {
  const get = { request: {}, status: 200 };
  const firestore = { GOOGLE_CLOUD_PROJECT: 'cold', FIRESTORE_EMULATOR_HOST: firestoreHost };
  const cached = { NODE_COMPILE_CACHE: join(folder, 'compile-cache') };
  const tuned = join(folder, 'tuned/index.cjs');
  const bare = { target: 'hello', source: join(peers, 'bare/index.mjs'), ...get };
  const ours: Record<string, Partial<Subject>> = {
    webex_teams_oauth: {},
    customers: {
      request: { headers: { authorization: `Bearer ${await signer.token(caller, audience)}` } },
      options: signer.options,
    },
    refresh_tokens: { request: { method: 'POST' } },
    sync_users: { request: message({ customer: 'none', sync: 'none' }), status: 204 },
  };
  const env = {
    ...firestore,
    ...signer.env,
    CALLER_AUDIENCE: audience,
    CALLER_GRANTS: JSON.stringify([{ caller, hierarchy: 'sys', role: 'administrator' }]),
    OAUTH_URL: 'https://example.com/oauth',
  };
  const of = (name: string): Subject => ({ target: name, source: join(folder, name), ...get, env, ...ours[name] });
  const entries: [string, Subject][] = [];
  for (const name of functionNames) {
    const NODE_COMPILE_CACHE = await fillCompileCache(join(folder, name));
    entries.push([name, of(name)], [`${name}, cached`, { ...of(name), env: { ...env, NODE_COMPILE_CACHE } }]);
  }
  return Object.fromEntries([
    ['bare hello', bare],
    ['bare hello, cached', { ...bare, env: cached }],
    ['naive hello', { target: 'hello', source: join(peers, 'naive'), ...get, env: firestore }],
    ['tuned hello, cached', { target: 'hello', source: tuned, ...get, env: { ...firestore, ...cached } }],
    ['naive read', { target: 'read', source: join(peers, 'naive'), ...get, env: firestore }],
    ['tuned read, cached', { target: 'read', source: tuned, ...get, env: { ...firestore, ...cached } }],
    ...entries,
  ]);
}

/** A Pub/Sub message as it is pushed. */
function message(data: object): Subject['request'] {
  const body = {
    message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId: '1' },
    subscription: 'projects/cold/subscriptions/sync-users',
  };
  return {
    path: '/projects/cold/topics/sync-users',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** One start of each in every round, so that what else the machine does falls on all alike. */
async function measured(subjects: Record<string, Subject>, rounds: number): Promise<Map<string, ColdStart[]>> {
  // Warms the emulator and the disk, and fills the peers' compile caches by a whole run; ours are filled as a deployment's are.
  for (const [name, subject] of Object.entries(subjects))
    await coldStart(subject, functionNames.includes(name.replace(', cached', '')) ? 'SIGKILL' : 'SIGTERM');
  const starts = new Map<string, ColdStart[]>(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, subject] of Object.entries(subjects)) starts.get(name)!.push(await coldStart(subject));
  return starts;
}

type Medians = Record<keyof ColdStart, number>;

/** What each is measured against: whoever greets against a greeting, whoever reads against a read. */
function report(starts: Map<string, ColdStart[]>, rounds: number): void {
  const results = new Map<string, Medians>(
    [...starts].map(([name, each]) => [
      name,
      {
        listeningMs: median(each.map((one) => one.listeningMs)),
        answeredMs: median(each.map((one) => one.answeredMs)),
        cpuMs: median(each.map((one) => one.cpuMs ?? Number.NaN)),
      },
    ]),
  );
  const lines = [...results].map(([name, own]) => {
    const kind = /hello|webex_teams_oauth/.test(name) ? 'hello' : 'read';
    const [naive, tuned] = [results.get(`naive ${kind}`), results.get(`tuned ${kind}, cached`)];
    const ratio = (key: keyof ColdStart, other: Medians | undefined) =>
      other && Math.round((own[key] / other[key]) * 1000) / 1000;
    const line = {
      listeningMs: Math.round(own.listeningMs),
      answeredMs: Math.round(own.answeredMs),
      cpuMs: Math.round(own.cpuMs),
      toNaive: ratio('answeredMs', naive),
      toTuned: ratio('answeredMs', tuned),
      cpuToNaive: ratio('cpuMs', naive),
      cpuToTuned: ratio('cpuMs', tuned),
    };
    return [name, line] as const;
  });
  console.table(Object.fromEntries(lines));
  console.log(JSON.stringify({ bench: 'cold', rounds, node: process.version, results: Object.fromEntries(lines) }));
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
