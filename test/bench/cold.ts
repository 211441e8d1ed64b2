/**
 * `npm run bench -- cold [--rounds 9] [--only REGEX] [--without PLUGIN]`: time from process start to the first response. The
 * platform's own entry point starts our bundles, the same code as people write it with Firebase, and the framework alone.
 * `--without` adds our bundles without one plugin of the build, to measure what the plugin saves.
 */

import { join } from 'node:path';
import { build } from 'esbuild';
import { parseCommandLine } from '../../local/command-line.ts';
import { startEmulators } from '../../local/emulators.ts';
import type { PluginName } from '../../scripts/build/bundle.ts';
import { functionNames } from '../../scripts/build.ts';
import { fillCompileCache, unpackBundles } from '../support/deployed.ts';
import { startGoogleSigner } from '../support/google-signer.ts';
import { type ColdStart, coldStart, type Subject } from './parts/cold-start.ts';

const peers = join(import.meta.dirname, 'peers');
const caller = 'portal@example.com';
const audience = 'https://example.com/customers';

export async function main(args: string[]): Promise<void> {
  const values = parseCommandLine(
    {
      command: 'npm run bench -- cold',
      purpose: 'Measures process start to the first response of each function, beside what others write.',
      options: {
        rounds: { type: 'string', default: '9', help: 'Starts of each.' },
        only: { type: 'string', default: '', help: 'A regular expression for what to measure.' },
        without: {
          type: 'string',
          default: '',
          help: 'A plugin of the build: measures our bundles without it as well.',
        },
      },
    },
    args,
  );
  const rounds = Number(values.rounds);
  const emulators = await startEmulators();
  if (!emulators) throw new Error('This bench reads from the Firestore emulator, which is not installed here.');
  const signer = await startGoogleSigner();
  const firestore = { GOOGLE_CLOUD_PROJECT: 'cold', FIRESTORE_EMULATOR_HOST: emulators.firestoreHost };
  const complete = await unpackBundles();
  const reduced = values.without ? await unpackBundles([values.without as PluginName]) : undefined;
  try {
    await buildTuned(complete.folder);
    const subjects = {
      ...peerSubjects(complete.folder, firestore),
      ...(await ownSubjects(complete.folder, firestore, signer)),
      ...(reduced && (await ownSubjects(reduced.folder, firestore, signer, `, without ${values.without}`))),
    };
    const chosen = Object.entries(subjects).filter(([name]) => new RegExp(values.only).test(name));
    report(await measure(Object.fromEntries(chosen), rounds), rounds);
  } finally {
    for (const bundles of [complete, reduced]) bundles?.remove();
    await Promise.all([signer.close(), emulators.stop()]);
  }
}

/** The naive peer as one minified file. */
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

const get = { request: {}, status: 200 };

function peerSubjects(folder: string, firestore: Record<string, string>): Record<string, Subject> {
  const cached = { NODE_COMPILE_CACHE: join(folder, 'compile-cache') };
  const naive = { source: join(peers, 'naive'), ...get, env: firestore };
  const tuned = { source: join(folder, 'tuned/index.cjs'), ...get, env: { ...firestore, ...cached } };
  const bare = { target: 'hello', source: join(peers, 'bare/index.mjs'), ...get };
  return {
    'bare hello': bare,
    'bare hello, cached': { ...bare, env: cached },
    'naive hello': { target: 'hello', ...naive },
    'tuned hello, cached': { target: 'hello', ...tuned },
    'naive read': { target: 'read', ...naive },
    'tuned read, cached': { target: 'read', ...tuned },
  };
}

/** @param suffix tells these bundles apart from others in the report */
async function ownSubjects(
  folder: string,
  firestore: Record<string, string>,
  signer: Awaited<ReturnType<typeof startGoogleSigner>>,
  suffix = '',
): Promise<Record<string, Subject>> {
  const requests: Record<string, Partial<Subject>> = {
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
  };
  const subjects: Record<string, Subject> = {};
  for (const name of functionNames) {
    const subject = { target: name, source: join(folder, name), ...get, env, ...requests[name] };
    const NODE_COMPILE_CACHE = await fillCompileCache(subject.source);
    subjects[`${name}${suffix}`] = subject;
    subjects[`${name}${suffix}, cached`] = { ...subject, env: { ...env, NODE_COMPILE_CACHE } };
  }
  return subjects;
}

/** A push request of Pub/Sub. */
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

/** One start of each in every round, so that other work on the machine slows all of them alike. */
async function measure(subjects: Record<string, Subject>, rounds: number): Promise<Map<string, ColdStart[]>> {
  // Warms the emulator and the disk. A peer ends cleanly and so fills its compile cache; the build has filled ours.
  for (const subject of Object.values(subjects))
    await coldStart(subject, functionNames.includes(subject.target) ? 'SIGKILL' : 'SIGTERM');
  const starts = new Map<string, ColdStart[]>(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, subject] of Object.entries(subjects)) starts.get(name)!.push(await coldStart(subject));
  return starts;
}

type Medians = Record<keyof ColdStart, number>;

/** Compares each with the peer that does the same work: a greeting, or one read of Firestore. */
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
