/**
 * `npm run bench -- sync --people 100000`: what a sync costs, beside paging alone and beside writing every user each time.
 * The Webex stand-in and every measured run have a process of their own. The measured code is bundled and runs with the memory
 * flags of the deployment.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { parseCommandLine } from '../../local/command-line.ts';
import { startEmulators } from '../../local/emulators.ts';
import { connectedCustomer, sealingKeys } from '../support/ports.ts';
import { benchOutside, type Measured, type Task } from './parts/sync-child.ts';

const run = promisify(execFile);
/** Those of the deployed function. Without them V8 uses the whole memory before it collects garbage. */
export const memoryFlags = ['--max-old-space-size=160', '--max-semi-space-size=4'];
/** In node_modules, because packages are found from there and git ignores it. */
const bundled = join(import.meta.dirname, '../../node_modules/.bench/sync-child.mjs');
const orgId = '0f0e0d0c-0b0a-4908-8706-050403020100';

const usage = {
  command: 'npm run bench -- sync',
  purpose: 'Measures syncs beside paging alone and beside writing every user.',
  options: {
    people: { type: 'string', default: '100000', help: 'People in the organization.' },
    'firestore-people': {
      type: 'string',
      default: '5000',
      help: 'The same on the Firestore emulator; 0 leaves it out.',
    },
    'page-size': { type: 'string', default: '500', help: 'People on a page of Webex.' },
    latency: { type: 'string', default: '50', help: 'Latency of Webex, ms.' },
  },
} as const;

interface Options {
  people: number;
  pageSize: number;
  latencyMs: number;
}

export async function main(args: string[]): Promise<void> {
  const values = parseCommandLine(usage, args);
  const options = {
    people: Number(values.people),
    pageSize: Number(values['page-size']),
    latencyMs: Number(values.latency),
  };
  await build({
    entryPoints: [join(import.meta.dirname, 'parts/sync-child.ts')],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  // The measured processes inherit it. Otherwise Google's library looks for a cloud machine's metadata server.
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

type StandIn = Awaited<ReturnType<typeof startStandIn>>;
type Stores = Record<'sync' | 'naive', Task['store']>;
type Measure = (label: string, kind: Task['kind']) => Promise<Measured>;

/** Measures paging alone beside every sync that it is compared with. */
async function compare(options: Options, stores: Stores, engine: string) {
  const webex = await startStandIn();
  try {
    const measure = await prepare(webex, options, stores, engine);
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
    return summary(options.people, paging, { first, noChange, churn01, churn10, naive });
  } finally {
    await webex.stop();
  }
}

/** Connects one customer for each way, and returns the function that measures a process. */
async function prepare(webex: StandIn, options: Options, stores: Stores, engine: string): Promise<Measure> {
  const keys = sealingKeys();
  await webex.control('organizations', { id: orgId, name: 'Umbrella', people: options.people });
  const connectCustomer = async (store: Task['store']) => {
    const { ports } = benchOutside({ webexUrl: webex.url, keys, store, pageSize: options.pageSize });
    const grant = await webex.control<ReturnType<Parameters<typeof connectedCustomer>[1]['control']['grant']>>(
      'grant',
      { orgId },
    );
    const control = { grant: () => grant } as never;
    const customer = await connectedCustomer(ports, { control }, { id: orgId, name: 'Umbrella' });
    await ports.store.close();
    return customer;
  };
  const customers = { sync: await connectCustomer(stores.sync), naive: await connectCustomer(stores.naive) };
  await webex.control('settings', { latencyMs: options.latencyMs });
  return async (label, kind) => {
    const way = kind === 'naive' ? 'naive' : 'sync';
    const { pageSize } = options;
    const task: Task = {
      kind,
      webexUrl: webex.url,
      keys,
      customer: customers[way],
      orgId,
      pageSize,
      store: stores[way],
    };
    const { stdout } = await run(process.execPath, [...memoryFlags, bundled, JSON.stringify(task)]);
    const measured = JSON.parse(stdout) as Measured;
    console.log(line(`${engine}: ${label}`, measured));
    return measured;
  };
}

/** @param paging the three measurements of paging alone, in the order of the syncs between them */
function summary(
  people: number,
  paging: Measured[],
  syncs: Record<'first' | 'noChange' | 'churn01' | 'churn10' | 'naive', Measured>,
) {
  const around = (index: number) => (paging[index]!.wallMs + paging[index + 1]!.wallMs) / 2;
  const ratio = ({ wallMs }: Measured, pagingMs: number) => Math.round((wallMs / pagingMs) * 1000) / 1000;
  const perThousand = ({ reads, writes }: Measured) => ((reads + writes) / people) * 1000;
  return {
    people,
    pagingMs: paging.map(({ wallMs }) => wallMs),
    ...syncs,
    ratioToPaging: {
      first: ratio(syncs.first, paging[0]!.wallMs),
      noChange: ratio(syncs.noChange, around(0)),
      churn01: ratio(syncs.churn01, around(1)),
      churn10: ratio(syncs.churn10, paging[2]!.wallMs),
      naive: ratio(syncs.naive, paging[0]!.wallMs),
    },
    operationsPerThousand: { noChange: perThousand(syncs.noChange), naive: perThousand(syncs.naive) },
  };
}

function line(label: string, { wallMs, cpuMs, reads, writes, peakRssMiB, people, counts }: Measured): string {
  const said = counts ? ` ${JSON.stringify(counts)}` : '';
  const numbers = `${String(wallMs).padStart(7)} ms ${String(cpuMs).padStart(6)} ms CPU ${String(reads).padStart(7)} reads ${String(writes).padStart(7)} writes`;
  return `${label.padEnd(56)}${numbers} ${String(peakRssMiB).padStart(4)} MiB  ${people} people${said}`;
}

/** Starts the stand-in as a process of its own, so that its work is not measured. */
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
