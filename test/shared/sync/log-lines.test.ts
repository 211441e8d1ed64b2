import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncUsers } from '../../../functions/sync_users/sync_users.ts';
import { cloudLog } from '../../../shared/adapters/google/cloud-log.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { day } from '../../../shared/domain/time.ts';
import { customerPath } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { requestDueSyncs } from '../../../shared/sync/schedule.ts';
import { finishRun, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

/** The metrics that count log lines: event → the fields that become labels. */
const metrics = new Map(
  [
    ...readFileSync(join(import.meta.dirname, '../../../terraform/metrics.tf'), 'utf8').matchAll(
      /\{ event = "(\w+)",\s+labels = \[([^\]]*)\]/g,
    ),
  ].map(([, event = '', labels = '']) => [event, labels.match(/\w+/g) ?? []]),
);

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
let lines: string[];
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
  lines = [];
  ports.log = cloudLog('sync_users', { destination: { write: (line: string) => void lines.push(line) } });
  await syncNow(ports, customer);
});
afterEach(() => world.close());

const drives: Record<string, () => Promise<unknown>> = {
  users_synced: () => syncNow(ports, customer),
  sync_failed: () => {
    webex.control.faults({ match: { path: '/v1/people$' }, times: 'always', fault: { status: 403 } });
    return syncNow(ports, customer);
  },
  sync_not_requested: async () => {
    ports.clock.advance(2 * day);
    ports.store.failNext('get', new Failure('store_unavailable', 'away'), { path: customerPath(customer) });
    await requestDueSyncs(ports, ports.clock.now() + 60_000);
  },
  message_not_sent: () => {
    ports.queue.failNext('publish', new Failure('queue_unavailable', 'away'));
    return requestSync(ports, customer);
  },
  message_not_valid: () => syncUsers(ports)({ id: 'e', data: {} } as Parameters<ReturnType<typeof syncUsers>>[0]),
  catalog_not_synced: () => {
    webex.control.faults({ match: { path: '/v1/licenses' }, times: 'always', fault: { status: 403 } });
    return syncNow(ports, customer);
  },
  person_skipped: () => {
    webex.control.people({ orgId: acme.id, update: [{ id: world.people()[3]!.id, title: 'x'.repeat(2e6) }] });
    return syncNow(ports, customer);
  },
  sync_lost: async () => {
    const { id } = await requestSync(ports, customer);
    ports.webex.beforeNext('people', async () => {
      ports.webex.heal();
      await finishRun(ports, customer);
    });
    await runSync(ports, customer, id);
  },
};

describe('a log line', () => {
  it.each(Object.keys(drives))('%s is found by its event, and has the labels of its metric', async (event) => {
    await drives[event]!();
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const line = parsed.find((each) => each.event === event);
    expect(line).toMatchObject({ event, message: event, service: 'sync_users' });
    for (const label of metrics.get(event) ?? []) expect(line).toHaveProperty(label, expect.any(String));
  });

  it('is driven here for every metric that syncs are counted by', () => {
    const counted = [...metrics.keys()].filter((event) => /^(users_synced|sync_|message_)/.test(event));
    expect(counted.filter((event) => !(event in drives))).toEqual([]);
    expect(counted.length).toBeGreaterThan(3);
  });
});
