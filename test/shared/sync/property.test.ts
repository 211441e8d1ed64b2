import { expect, it } from 'vitest';
import type { Fault } from '../../../local/webex/faults/rules.ts';
import { startWebex } from '../../../local/webex/server.ts';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import type { SyncRun } from '../../../shared/domain/sync-run.ts';
import type { Write } from '../../../shared/ports.ts';
import { syncsOf } from '../../../shared/storage/layout.ts';
import { approveRemovals } from '../../../shared/sync/approval.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { frozenClock } from '../../support/clock.ts';
import { mortal } from '../../support/mortal.ts';
import { connectedCustomer, type TestPorts, testPorts } from '../../support/ports.ts';
import fc from '../../support/property.ts';
import {
  deliver,
  differences,
  feedReader,
  finishRun,
  organizationNow,
  readHead,
  rosterNow,
  storedNow,
  syncNow,
} from '../../support/sync-drive.ts';

const organization = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', name: 'Umbrella', people: 90 };
const orgId = organization.id;

const faults: Fault[] = [
  ...(['short', 'empty-with-next', 'duplicate', 'no-next', 'max-null', 'dropped-parameters'] as const).map((page) => ({
    page,
  })),
  { page: 'foreign-link' },
  { page: 'loop' },
  { status: 500 },
  { status: 503 },
  { status: 401 },
  { status: 400 },
  { status: 429, retryAfter: 2 },
  { drop: 'after' },
  { html: true, status: 200 },
];

const few = fc.nat({ max: 6 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('churn' as const), seed: fc.nat(), add: few, change: few, remove: few }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('exodus' as const),
      seed: fc.nat(),
      count: fc.integer({ min: 5, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      nth: fc.integer({ min: 1, max: 8 }),
      fault: fc.constantFrom(...faults),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('kill' as const),
      fuse: fc.integer({ min: 1, max: 45 }),
      after: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tired' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('twice' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Watches Webex's answers, and checks at every tombstone that the conditions of a removal held. */
function witness({ webex, store }: Pick<TestPorts, 'webex' | 'store'>) {
  const proven = new Set<string>();
  const broken: string[] = [];
  /** The people on each page, by its cursor: a page that is fetched again after a kill replaces the earlier one. */
  const shown = new Map<string, Set<string>>();
  let complete = false;
  const scan: Parameters<typeof webex.answerNext<'people'>>[1] = async (act, _access, request) => {
    if (!request.cursor) [complete] = [false, shown.clear()];
    const page = await act();
    shown.set(request.cursor ?? '', new Set(page.people.map(({ id }) => id)));
    if (!page.next) complete = true;
    return page;
  };
  webex.answerNext('people', scan, { times: 'always' });
  const confirm: Parameters<typeof webex.answerNext<'peopleById'>>[1] = async (act) => {
    const answer = await act();
    for (const id of answer.notFoundIds) proven.add(id);
    return answer;
  };
  webex.answerNext('peopleById', confirm, { times: 'always' });
  const judge = (writes: Write[]) => {
    for (const write of writes) {
      const { id, removedAt } = ('set' in write ? write.data : {}) as { id?: string; removedAt?: number };
      if (!id || removedAt === undefined || !('set' in write) || !write.set.includes('/users/')) continue;
      if (!complete) broken.push(`${id} removed without a complete scan`);
      if ([...shown.values()].some((people) => people.has(id))) broken.push(`${id} removed though shown`);
      if (!proven.has(id)) broken.push(`${id} removed without confirmation`);
    }
  };
  store.beforeNext('commit', judge, { times: 'always' });
  return broken;
}

async function converges(steps: Step[]): Promise<void> {
  const clock = frozenClock();
  const webex = await startWebex({ now: clock.now, organizations: [organization] });
  const ports = testPorts(webex, { clock, store: sqliteStore({ file: ':memory:' }) });
  ports.settings.pageSize = 20;
  try {
    const customer = await connectedCustomer(ports, webex, organization);
    const broken = witness(ports);
    const reader = feedReader(ports, customer);
    for (const each of steps) {
      if (each.kind === 'churn') {
        const { seed, add, change, remove } = each;
        webex.control.people({ orgId, churn: { seed, add, change, remove } });
      } else if (each.kind === 'exodus') {
        webex.control.people({ orgId, remove: { count: each.count, seed: each.seed } });
      } else if (each.kind === 'fault') {
        webex.control.faults({ match: { path: '/v1/people', nth: each.nth }, fault: each.fault });
      } else {
        const { id } = await requestSync(ports, customer);
        const budgetMs = each.kind === 'tired' ? 0 : undefined;
        const fuse = each.kind === 'kill' ? each.fuse : 1_000_000;
        const dying = mortal(ports, fuse, each.kind === 'kill' && each.after);
        const runs = Array.from({ length: each.kind === 'twice' ? 2 : 1 }, () =>
          runSync(dying.ports, customer, id, budgetMs).catch(() => {}),
        );
        await Promise.race([Promise.all(runs), dying.killed]);
        clock.advance(10 * 60_000);
      }
      await reader.read(11);
    }
    webex.control.clearFaults();
    await finishRun(ports, customer);
    // Twice: the first may be one that began before the last change.
    await syncNow(ports, customer);
    await syncNow(ports, customer);
    const runs = await ports.store.query<SyncRun>({ collection: syncsOf(customer), limit: 500 });
    for (const { data } of runs) {
      const { removed } = data.counts;
      if (removed > 5) expect(removed).toBeLessThanOrEqual(data.expected * 0.1);
    }
    const { heldBy } = await readHead(ports.store, customer);
    if (heldBy) {
      await approveRemovals(ports, customer, heldBy, 'chief@example.com');
      await deliver(ports);
    }
    await reader.read(11);
    const truth = await withAccessToken(ports, customer, (access) => organizationNow(ports.webex, access, orgId));
    expect(differences(truth, await storedNow(ports.store, customer))).toEqual([]);
    expect(differences(truth, await rosterNow(ports.store, customer))).toEqual([]);
    expect(differences(truth, reader.copy)).toEqual([]);
    expect(reader.problems).toEqual([]);
    expect(broken).toEqual([]);
  } finally {
    await ports.store.close();
    await webex.close();
  }
}

it('converges after any sequence of changes, faults, kills and doubled messages, and removes nobody unless all four conditions hold', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), converges), {
    numRuns: 60,
    endOnFailure: false,
  });
}, 180_000);
