/** One measured run in a process of its own: a sync, paging alone, or the naive way. Prints one JSON object. */

import { firestoreStore } from '../../../shared/adapters/google/firestore-store.ts';
import { keyringName } from '../../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { integrationName } from '../../../shared/adapters/webex/integration.ts';
import { codeOf } from '../../../shared/domain/failure.ts';
import { leaseMs } from '../../../shared/domain/sync-head.ts';
import { hashOf, toUser } from '../../../shared/domain/user.ts';
import { usersOf } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { runningClock } from '../../support/clock.ts';
import { countingStore } from '../../support/counting-store.ts';
import { memorySecrets, type TestPorts, testPorts } from '../../support/ports.ts';

export interface Task {
  kind: 'paging' | 'naive' | 'sync';
  webexUrl: string;
  keys: object;
  customer: string;
  orgId: string;
  pageSize: number;
  store: { file: string } | { projectId: string; emulatorHost: string };
}

export interface Measured {
  wallMs: number;
  /** Processor time of the whole process, which other work on the machine hardly changes. */
  cpuMs: number;
  reads: number;
  writes: number;
  commits: number;
  peakRssMiB: number;
  people: number;
  /** Commits and messages that the store was too slow for. */
  retries: number;
  counts?: object;
}

export function openBenchStore(store: Task['store']) {
  return 'file' in store ? sqliteStore(store) : firestoreStore(store);
}

export function benchOutside(task: Pick<Task, 'webexUrl' | 'keys' | 'store' | 'pageSize'>) {
  const store = countingStore(openBenchStore(task.store));
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = memorySecrets({ [keyringName]: task.keys, [integrationName]: integration });
  const ports = testPorts({ url: task.webexUrl }, { clock: runningClock(), store, secrets });
  ports.settings.pageSize = task.pageSize;
  return { ports, store };
}

/** Every page one after the other; `each` ends before the next one is requested. */
async function page(ports: TestPorts, task: Task, each: (people: Parameters<typeof hashOf>[0][]) => Promise<void>) {
  return withAccessToken(ports, task.customer, async (access) => {
    let [people, cursor] = [0, undefined as string | undefined];
    do {
      const asked = { orgId: task.orgId, max: task.pageSize, ...(cursor && { cursor }) };
      const found = await ports.webex.people(access, asked);
      people += found.people.length;
      await each(found.people);
      cursor = found.next;
    } while (cursor);
    return people;
  });
}

async function measure(task: Task): Promise<Measured> {
  const { ports, store } = benchOutside(task);
  const startedAt = performance.now();
  let people = 0;
  let counts: object | undefined;
  let retries = 0;
  /** An emulator on a busy machine lets a commit wait for longer than the store does. */
  async function again<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (codeOf(error) !== 'store_unavailable' || ++retries > 20) throw error;
      }
    }
  }
  if (task.kind === 'sync') {
    const { id } = await requestSync(ports, task.customer);
    const deliver = () =>
      again(() => {
        // A delivery that failed is made again after the lease.
        if (retries > 0) ports.clock.advance(leaseMs);
        return runSync(ports, task.customer, id);
      });
    let run = await deliver();
    while (run?.state === 'running') run = await deliver();
    if (run?.state !== 'done') throw new Error(`The sync ended as ${JSON.stringify(run)}`);
    people = run.counts.scanned;
    counts = run.counts;
  } else {
    let revision = 0;
    people = await page(ports, task, async (found) => {
      if (task.kind === 'paging') return;
      const writes = found.map((person) => ({
        set: `${usersOf(task.customer)}/${person.id}`,
        data: toUser(person, hashOf(person), ++revision),
      }));
      for (let from = 0; from < writes.length; from += 500) {
        await again(() => store.commit(writes.slice(from, from + 500)));
      }
    });
  }
  const wallMs = Math.round(performance.now() - startedAt);
  const { reads, writes, commits } = store.operations;
  await store.close();
  const used = process.resourceUsage();
  const peakRssMiB = Math.round(used.maxRSS / 1024);
  const cpuMs = Math.round((used.userCPUTime + used.systemCPUTime) / 1000);
  return { wallMs, cpuMs, reads, writes, commits, peakRssMiB, people, retries, ...(counts && { counts }) };
}

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as Task;
  console.log(JSON.stringify(await measure(task)));
}
