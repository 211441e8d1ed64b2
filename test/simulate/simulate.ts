/** Runs the fleet through the days, hour by hour, and counts lost and wrongly marked customers. */

import { performance } from 'node:perf_hooks';
import { settlePendingDue } from '../../shared/connect/pending-grant.ts';
import { day, hour } from '../../shared/domain/time.ts';
import { refreshDue } from '../../shared/tokens/refresh-due.ts';
import { createFleet, type Fleet, readConnection, start, works } from './fleet.ts';
import { isActive, isBeginning, restoredDays } from './incidents.ts';

const concurrency = 50;

export interface SimulationOptions {
  customers: number;
  days: number;
  seed: number;
}

interface History {
  runs: number;
  runsFailed: number;
  /** Renewals by day. */
  perDay: number[];
  /** Renewals of each run at least a week after the last incident, when all customers are back on the grid. */
  calmBatches: number[];
  /** Customers whose rotated token was newer than the restored one: the restore itself has lost them. */
  lostByRestore: number;
}

export async function simulate(options: SimulationOptions) {
  const fleet = await createFleet(options);
  const history: History = { runs: 0, runsFailed: 0, perDay: [], calmBatches: [], lostByRestore: 0 };
  const startedAt = performance.now();
  let lastIncident = start;
  let snapshot: ReturnType<Fleet['store']['snapshot']> | undefined;
  for (let tick = 1; tick <= options.days * 24; tick++) {
    fleet.setNow(Math.max(fleet.now(), start + tick * hour));
    const since = fleet.now() - start;
    revokeSome(fleet);
    if (begins(fleet, since + restoredDays * day)) snapshot = fleet.store.snapshot();
    if (begins(fleet, since) && snapshot) history.lostByRestore += await restore(fleet, snapshot);
    const renewed = await run(fleet, history);
    const today = Math.floor((tick - 1) / 24);
    history.perDay[today] = (history.perDay[today] ?? 0) + renewed;
    if (fleet.incidents.some((each) => isActive(each, since) || isBeginning(each, since))) lastIncident = fleet.now();
    if (fleet.now() - lastIncident > 8 * day) history.calmBatches.push(renewed);
  }
  return { fleet, history, ...(await judge(fleet)), wallMs: performance.now() - startedAt };
}

const begins = ({ incidents }: Fleet, since: number) =>
  incidents.some((each) => each.kind === 'restored store' && isBeginning(each, since));

/** Administrators leave: about one customer in a hundred a year. */
function revokeSome({ ids, grants, random }: Fleet): void {
  if (random() >= ids.length / 100 / 365 / 24) return;
  grants.get(ids[Math.floor(random() * ids.length)]!)!.revoked = true;
}

/** @returns how many connections were renewed */
async function run(fleet: Fleet, history: History): Promise<number> {
  const endsAt = fleet.now() + 25 * 60_000;
  history.runs += 1;
  try {
    const { outcomes, ended } = await refreshDue(fleet.ports, { concurrency, endsAt });
    if (ended !== 'rate_limited') await settlePendingDue(fleet.ports, { concurrency, endsAt });
    return (outcomes.refreshed ?? 0) + (outcomes.unchanged ?? 0);
  } catch {
    history.runsFailed += 1;
    return 0;
  }
}

/** Replaces the store by an older state. @returns how many customers that loses, because their tokens have rotated since */
async function restore(fleet: Fleet, snapshot: ReturnType<Fleet['store']['snapshot']>): Promise<number> {
  const worked = new Set<string>();
  for (const id of fleet.ids) if (works(fleet, await readConnection(fleet, id))) worked.add(id);
  fleet.store.restore(snapshot);
  let lost = 0;
  for (const id of fleet.ids) {
    const connection = await readConnection(fleet, id);
    fleet.portal.read(id, connection);
    if (!worked.has(id) || works(fleet, connection)) continue;
    fleet.grants.get(id)!.revoked = true;
    lost += 1;
  }
  return lost;
}

async function judge(fleet: Fleet) {
  const result = { lost: 0, ended: 0, degraded: 0, revoked: 0, unknownToPortal: 0 };
  for (const id of fleet.ids) {
    const connection = await readConnection(fleet, id);
    const { state } = connection;
    const { revoked } = fleet.grants.get(id)!;
    if (revoked) result.revoked += 1;
    if (state === 'reauthorization_required') result.ended += 1;
    if (state === 'degraded') result.degraded += 1;
    if (!fleet.portal.knows(id, state)) result.unknownToPortal += 1;
    if (!revoked && (!works(fleet, connection) || state === 'reauthorization_required')) result.lost += 1;
  }
  return result;
}
