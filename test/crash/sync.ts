/**
 * Kills syncs with churn at random instants and delivers their messages again. Afterwards the store must equal the
 * organization, no present person may have been removed, no event may be there twice, and a reader of the change feed must
 * have every change. Most kills fall in this process between two effects; some are real ones of a process on a file.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draws, mix } from '../../local/webex/people/chance.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { keyringName } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import type { CustomerEvent } from '../../shared/domain/event.ts';
import { customerPath, eventsOf } from '../../shared/storage/layout.ts';
import { requestSync } from '../../shared/sync/request.ts';
import { runSync } from '../../shared/sync/run.ts';
import { withAccessToken } from '../../shared/tokens/access-token.ts';
import { runningClock } from '../support/clock.ts';
import { mortal } from '../support/mortal.ts';
import { connectedCustomer, memorySecrets, sealingKeys, type TestPorts, testPorts } from '../support/ports.ts';
import {
  allUsers,
  deliver,
  differences,
  feedReader,
  finishRun,
  organizationNow,
  rosterNow,
  storedNow,
} from '../support/sync-drive.ts';
import type { Work } from '../support/sync-process.ts';

const orgId = '0f0e0d0c-0b0a-4908-8706-050403020100';
const organization = { id: orgId, name: 'Umbrella', people: 150 };
const kills = { simulated: 500, real: 12 };
/** As long as a queue would wait before it delivers again, and longer than a lease. */
const redeliveryMs = 10 * 60_000;

interface World {
  webex: WebexServer;
  ports: TestPorts;
  customer: string;
  reader: ReturnType<typeof feedReader>;
  draw: () => number;
  /** The people that Webex has ever reported as gone. */
  everRemoved: Set<string>;
  wrong: string[];
}

async function world(seed: number, store = sqliteStore({ file: ':memory:' }), keys = sealingKeys()): Promise<World> {
  const clock = runningClock();
  const webex = await startWebex({ now: clock.now, organizations: [organization] });
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = memorySecrets({ [keyringName]: keys, [integrationName]: integration });
  const ports = testPorts(webex, { clock, store, secrets });
  ports.settings.pageSize = 20;
  const customer = await connectedCustomer(ports, webex, organization);
  // Churn adds up over a round, and held removals would hide faults.
  const record = (await store.get<Customer>(customerPath(customer)))!;
  await store.commit([{ set: record.path, data: { ...record.data, sync: { heldAbovePeople: 100 } } }]);
  const reader = feedReader(ports, customer);
  return { webex, ports, customer, reader, draw: draws(seed), everRemoved: new Set(), wrong: [] };
}

function churn({ webex, draw, everRemoved }: World): void {
  const [add, change, remove] = [12, 12, 8].map((most) => Math.floor(draw() * most)) as [number, number, number];
  const seed = Math.floor(draw() * 1e9);
  for (const id of webex.control.people({ orgId, churn: { seed, add, change, remove } }).removed) everRemoved.add(id);
  const back = [...everRemoved][Math.floor(draw() * everRemoved.size)];
  if (back && draw() < 0.3) webex.control.people({ orgId, upsert: [{ id: back }] });
}

/** One sync after churn, killed several times. Answers how often. */
async function killedSync(at: World): Promise<number> {
  const { ports, customer, draw, reader } = at;
  churn(at);
  const { id } = await requestSync(ports, customer, draw() < 0.5 ? 'portal@example.com' : undefined);
  let killed = 0;
  const asleep: { wake(): void; finished: Promise<unknown> }[] = [];
  for (const times = 1 + Math.floor(draw() * 4); killed < times; ) {
    const dying = mortal(ports, 1 + Math.floor(draw() * 45), draw() < 0.5);
    const budgetMs = draw() < 0.3 ? 0 : undefined;
    const finished = runSync(dying.ports, customer, id, budgetMs).then(
      () => 'finished',
      () => 'finished',
    );
    const end = await Promise.race([finished, dying.killed.then(() => 'killed')]);
    if (end === 'killed') killed += 1;
    // Some workers were not dead: they continue while another one works on the run, or after its end.
    if (end === 'killed' && draw() < 0.3) asleep.push({ wake: dying.wake, finished });
    if (asleep.length > 0 && draw() < 0.5) asleep[0]!.wake();
    await reader.read(9);
    if (draw() < 0.2) churn(at);
    // Sometimes too early; then the delivery must be repeated.
    if (draw() < 0.8) ports.clock.advance(redeliveryMs);
    if (end === 'finished' && draw() < 0.5) break;
  }
  ports.clock.advance(redeliveryMs);
  await runSync(ports, customer, id).catch(() => {});
  for (const { wake } of asleep) wake();
  await Promise.all(asleep.map(({ finished }) => finished));
  await finishRun(ports, customer);
  return killed;
}

/** The conditions after a sync without disturbance. */
async function differenceFrom(at: World): Promise<void> {
  const { ports, customer, reader, everRemoved, wrong } = at;
  await finishRun(ports, customer);
  const { id } = await requestSync(ports, customer);
  await finishRun(ports, customer);
  await runSync(ports, customer, id).catch(() => {});
  await reader.read(9);
  const truth = await withAccessToken(ports, customer, (access) => organizationNow(ports.webex, access, orgId));
  const stored = await storedNow(ports.store, customer);
  wrong.push(...differences(truth, stored).map((text) => `store: ${text}`));
  wrong.push(...differences(stored, await rosterNow(ports.store, customer)).map((text) => `roster: ${text}`));
  wrong.push(...differences(stored, reader.copy).map((text) => `feed: ${text}`));
  wrong.push(...reader.problems.splice(0));
  wrong.push(...[...reader.removed].filter((person) => !everRemoved.has(person)).map((person) => `removed ${person}`));
  const revisions = (await allUsers(ports.store, customer)).map(({ revision }) => revision);
  if (new Set(revisions).size !== revisions.length) wrong.push('a revision was given out twice');
  const events = await ports.store.query<CustomerEvent>({ collection: eventsOf(customer), limit: 5000 });
  const announced = events.flatMap(({ data }) => (data.type === 'users_synced' ? [data.facts?.sync] : []));
  if (new Set(announced).size !== announced.length) wrong.push('an event was recorded twice');
}

async function close({ ports, webex }: World): Promise<void> {
  await ports.store.close();
  await webex.close();
}

async function simulated(wanted: number, seed: number): Promise<{ killed: number; wrong: string[] }> {
  let killed = 0;
  const wrong: string[] = [];
  for (let round = 0; killed < wanted; round++) {
    const at = await world(mix(seed, round));
    await deliver(at.ports);
    for (let syncs = 0; syncs < 8 && killed < wanted; syncs++) killed += await killedSync(at);
    await differenceFrom(at);
    await close(at);
    wrong.push(...at.wrong.map((text) => `round ${round}: ${text}`));
  }
  return { killed, wrong };
}

/** A process on a SQLite file is killed by the system after some milliseconds of work. */
async function real(wanted: number, seed: number): Promise<{ killed: number; wrong: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-sync-'));
  const [file, keys] = [join(folder, 'store.db'), sealingKeys()];
  const at = await world(seed, sqliteStore({ file }), keys);
  let killed = 0;
  let aheadMs = 0;
  while (killed < wanted) {
    churn(at);
    const { id: sync } = await requestSync(at.ports, at.customer);
    const work: Work = { webexUrl: at.webex.url, keys, file, customer: at.customer, sync, aheadMs };
    const child = spawn(process.execPath, [
      join(import.meta.dirname, '../support/sync-process.ts'),
      JSON.stringify(work),
    ]);
    const gone = once(child, 'exit');
    await once(child.stdout, 'data');
    const timer = setTimeout(() => child.kill('SIGKILL'), at.draw() * 120);
    const [, signal] = await gone;
    clearTimeout(timer);
    if (signal === 'SIGKILL') killed += 1;
    aheadMs += redeliveryMs;
    at.ports.clock.advance(redeliveryMs);
    await at.reader.read(9);
  }
  await finishRun(at.ports, at.customer);
  await differenceFrom(at);
  await close(at);
  await rm(folder, { recursive: true });
  return { killed, wrong: at.wrong };
}

export async function main(args: string[] = []): Promise<void> {
  const seed = Number(args[0] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const results = [await simulated(kills.simulated, seed), await real(kills.real, seed)];
  const wrong = results.flatMap((result) => result.wrong);
  for (const text of wrong.slice(0, 20)) console.log(text);
  console.log(`${results.reduce((sum, { killed }) => sum + killed, 0)} kills, ${wrong.length} wrong`);
  if (wrong.length > 0) process.exitCode = 1;
}

if (import.meta.main) await main(process.argv.slice(2));
