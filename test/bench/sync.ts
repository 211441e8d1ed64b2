/**
 * `npm run bench -- sync --people 100000`: what a sync costs against paging alone and against writing every user each time.
 * Webex's stand-in and every measured run are processes of their own; the latter run bundled, and with the memory flags of the deployment.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { startEmulators } from '../../local/emulators.ts';
import { connectedCustomer, sealingKeys } from '../support/ports.ts';
import { benchOutside, type Measured, type Task } from './sync-child.ts';

const run = promisify(execFile);
/** As the deployed function: without them V8 takes what the machine has before it cleans up. */
export const memoryFlags = ['--max-old-space-size=160', '--max-semi-space-size=4'];
/** Here packages are found, and nothing is committed. */
const bundled = join(import.meta.dirname, '../../node_modules/.bench/sync-child.mjs');
const orgId = '0f0e0d0c-0b0a-4908-8706-050403020100';

interface Options {
  people: number;
  pageSize: number;
  latencyMs: number;
}

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      people: { type: 'string', default: '100000' },
      'firestore-people': { type: 'string', default: '5000' },
      'page-size': { type: 'string', default: '500' },
      latency: { type: 'string', default: '50' },
    },
  });
  const options = {
    people: Number(values.people),
    pageSize: Number(values['page-size']),
    latencyMs: Number(values.latency),
  };
  await build({
    entryPoints: [join(import.meta.dirname, 'sync-child.ts')],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  // Google's library would look for the metadata server of a cloud machine; the measured processes inherit it.
  process.env.METADATA_SERVER_DETECTION = 'none';
  const folder = await mkdtemp(join(tmpdir(), 'bench-sync-'));
  const file = (name: string) => ({ file: join(folder, name) });
  const emulators = Number(values['firestore-people']) > 0 ? await startEmulators() : undefined;
  try {
    const sqlite = await compare(options, { sync: file('sync.db'), naive: file('naive.db') }, 'SQLite');
    const smaller = { ...options, people: Number(values['firestore-people']) };
    const emulatorHost = emulators?.firestoreHost ?? '';
    const project = (name: string) => ({ projectId: `${name}-${Date.now().toString(36)}`, emulatorHost });
    const firestore = emulators
      ? await compare(smaller, { sync: project('sync'), naive: project('naive') }, 'Firestore emulator')
      : undefined;
    console.log(JSON.stringify({ bench: 'sync', ...options, sqlite, ...(firestore && { firestore }) }));
  } finally {
    await emulators?.stop();
    await rm(folder, { recursive: true });
  }
}

/** Paging alone stands beside every sync that is held against it. */
async function compare(options: Options, stores: Record<'sync' | 'naive', Task['store']>, engine: string) {
  const webex = await startStandIn();
  try {
    const keys = sealingKeys();
    await webex.control('organizations', { id: orgId, name: 'Umbrella', people: options.people });
    const prepare = async (store: Task['store']) => {
      const { ports } = benchOutside({ webexUrl: webex.url, keys, store, pageSize: options.pageSize });
      const grant = await webex.control<ReturnType<Parameters<typeof connectedCustomer>[1]['control']['grant']>>(
        'grant',
        { orgId },
      );
      const customer = await connectedCustomer(
        ports,
        { control: { grant: () => grant } as never },
        { id: orgId, name: 'Umbrella' },
      );
      await ports.store.close();
      return customer;
    };
    const customers = { sync: await prepare(stores.sync), naive: await prepare(stores.naive) };
    await webex.control('settings', { latencyMs: options.latencyMs });
    const measure = async (label: string, kind: Task['kind']) => {
      const which = kind === 'naive' ? 'naive' : 'sync';
      const task: Task = {
        kind,
        webexUrl: webex.url,
        keys,
        customer: customers[which],
        orgId,
        pageSize: options.pageSize,
        store: stores[which],
      };
      const { stdout } = await run(process.execPath, [...memoryFlags, bundled, JSON.stringify(task)]);
      const measured = JSON.parse(stdout) as Measured;
      console.log(line(`${engine}: ${label}`, measured));
      return measured;
    };
    const churn = (seed: number, share: number) => {
      const part = Math.round((options.people * share) / 4);
      return webex.control('people', { orgId, churn: { seed, add: part, change: 2 * part, remove: part } });
    };
    const naive = await measure('naive: page, then write every user', 'naive');
    const first = await measure('first sync', 'sync');
    const paging = [await measure('paging alone', 'paging')];
    const noChange = await measure('no-change sync', 'sync');
    paging.push(await measure('paging alone', 'paging'));
    await churn(1, 0.001);
    const churn01 = await measure('0.1 % churn', 'sync');
    paging.push(await measure('paging alone', 'paging'));
    await churn(2, 0.1);
    const churn10 = await measure('10 % churn', 'sync');
    const alone = (at: number) => (paging[at]!.wallMs + paging[at + 1]!.wallMs) / 2;
    const ratio = (measured: Measured, pagingMs: number) => Math.round((measured.wallMs / pagingMs) * 1000) / 1000;
    return {
      people: options.people,
      pagingMs: paging.map(({ wallMs }) => wallMs),
      first,
      noChange,
      churn01,
      churn10,
      naive,
      ratioToPaging: {
        first: ratio(first, paging[0]!.wallMs),
        noChange: ratio(noChange, alone(0)),
        churn01: ratio(churn01, alone(1)),
        churn10: ratio(churn10, paging[2]!.wallMs),
        naive: ratio(naive, paging[0]!.wallMs),
      },
      operationsPerThousand: {
        noChange: ((noChange.reads + noChange.writes) / options.people) * 1000,
        naive: ((naive.reads + naive.writes) / options.people) * 1000,
      },
    };
  } finally {
    await webex.stop();
  }
}

function line(label: string, { wallMs, cpuMs, reads, writes, peakRssMiB, people, counts }: Measured): string {
  const said = counts ? ` ${JSON.stringify(counts)}` : '';
  const numbers = `${String(wallMs).padStart(7)} ms ${String(cpuMs).padStart(6)} ms CPU ${String(reads).padStart(7)} reads ${String(writes).padStart(7)} writes`;
  return `${label.padEnd(56)}${numbers} ${String(peakRssMiB).padStart(4)} MiB  ${people} people${said}`;
}

/** The stand-in as a process of its own, so that its work is not ours. */
async function startStandIn() {
  const main = join(import.meta.dirname, '../../local/webex/main.ts');
  const child: ChildProcess = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return {
    url,
    async control<T>(operation: string, body: object): Promise<T> {
      const response = await fetch(`${url}/_control/${operation}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
      return (response.status === 204 ? undefined : await response.json()) as T;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
