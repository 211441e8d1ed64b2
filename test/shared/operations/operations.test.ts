import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCustomer, newCustomer } from '../../../shared/customers/records.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import { listResults, readOperation, startOperation } from '../../../shared/operations/operations.ts';
import { continueOperation, resumeStalledOperations } from '../../../shared/operations/slices.ts';
import { queueUnavailable } from '../../support/faulty.ts';
import { administrator, type TestPorts, testPorts } from '../../support/ports.ts';

let ports: TestPorts;
beforeEach(() => {
  ports = testPorts({ url: 'http://127.0.0.1:1' });
});
afterEach(() => ports.store.close());

const create = async (hierarchy: string, name: string) => {
  const fields = { hierarchy, name, accountNumber: randomUUID(), shadow: [] };
  return (await createCustomer(ports, administrator, newCustomer(fields, ports.clock.now()))).customer;
};
const start = (hierarchy = 'sys.many') => startOperation(ports, administrator, { action: 'connect', hierarchy });

describe('an operation on many customers', () => {
  it('reaches each customer once, through interruptions, redeliveries and a lost message', async () => {
    for (let index = 0; index < 120; index++) await create('sys.many', `c${index}`);
    await create('sys.other', 'of another node');
    ports.queue.failNext('publish', queueUnavailable(), { times: 'always' });
    const { id } = await start();
    ports.queue.heal();
    ports.clock.advance(16 * 60_000);
    expect(await resumeStalledOperations(ports)).toBe(1);

    // No time is left: each message does one slice. And every message is delivered twice.
    const past = () => ports.clock.now() - 1;
    for (let messages = 0; messages < 3; messages++) {
      await Promise.all([continueOperation(ports, id, past()), continueOperation(ports, id, past())]);
    }
    const operation = await readOperation(ports, administrator, id);
    expect(operation).toMatchObject({ running: false, counts: { done: 120, skipped: 0, failed: 0 } });
    const { results } = await listResults(ports, administrator, operation, { limit: 1000 });
    expect(new Set(results.map((result) => result.id)).size).toBe(120);
    expect(new Set(results.map(({ url }) => url!.reveal())).size).toBe(120);
    const stored = await ports.store.query<object>({ collection: `operations/${id}/results`, limit: 5 });
    expect(JSON.stringify(stored)).not.toContain('/connect/');
  });

  it('does not exist for callers of another node', async () => {
    const { id } = await start();
    const outsider: Caller = { id: 'x@example.com', grants: [{ hierarchy: 'sys.other', role: 'administrator' }] };
    await expect(readOperation(ports, outsider, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(startOperation(ports, outsider, { action: 'sync', hierarchy: 'sys.many' })).rejects.toMatchObject({
      code: 'permission_denied',
    });
  });
});
