import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { deleteCustomer, sweepRemovals } from '../../../shared/customers/delete.ts';
import { listCustomers } from '../../../shared/customers/list.ts';
import { changeCustomer, createCustomer, newCustomer, readCustomer } from '../../../shared/customers/records.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import {
  beginOperation,
  continueOperation,
  readOperation,
  readResults,
  sweepOperations,
} from '../../../shared/operations/operations.ts';
import type { Store } from '../../../shared/ports.ts';
import { idempotentRequest, performInCommit, performUnderClaim } from '../../../shared/storage/idempotency.ts';
import { frozenClock } from '../../support/clock.ts';
import { administrator, connectedCustomer, type TestPorts, testPorts } from '../../support/ports.ts';

const acme = sampleOrganizations[0]!;
let webex: WebexServer;
let ports: TestPorts;
beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now });
  ports = testPorts(webex, { clock });
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const create = async (hierarchy: string, name: string, caller: Caller = administrator) => {
  const fields = { hierarchy, name, accountNumber: randomUUID(), shadow: [] };
  return (await createCustomer(ports, caller, newCustomer(fields, ports.clock.now()))).customer;
};
const anybody = (...grants: Caller['grants']): Caller => ({ id: 'x@example.com', grants });

describe('a list', () => {
  it('merges all nodes that the caller may read, in one order, each customer once', async () => {
    for (const name of ['e', 'a', 'c']) await create('sys.one', name);
    for (const name of ['d', 'b']) await create('sys.two.deep', name);
    await create('sys.three', 'hidden');
    const caller = anybody(
      { hierarchy: 'sys.two', role: 'reader' },
      { hierarchy: 'sys.two.deep', role: 'administrator' },
      { hierarchy: 'sys.one', role: 'operator' },
      { hierarchy: 'sys.three', role: 'token_reader' },
    );
    for (const direction of ['ascending', 'descending'] as const) {
      const names: string[] = [];
      for (let after: { value: string; id: string } | undefined, more = true; more; ) {
        const page = await listCustomers(ports.store, caller, { direction, pageSize: 2, ...(after && { after }) });
        names.push(...page.customers.map(({ customer }) => customer.name));
        [after, more] = [page.next, page.next !== undefined];
      }
      const inOrder = ['a', 'b', 'c', 'd', 'e'];
      expect(names).toEqual(direction === 'ascending' ? inOrder : inOrder.reverse());
    }
  });

  it('finds who lacks a scope, and nobody who was never connected', async () => {
    await create('sys', 'never connected');
    const id = await connectedCustomer(ports, webex, acme);
    const ask = (lacking: string[]) =>
      listCustomers(ports.store, administrator, { direction: 'ascending', pageSize: 10, lacking });
    expect((await ask(['spark:calls_read'])).customers.map(({ customer }) => customer.id)).toEqual([id]);
    expect((await ask(['spark-admin:people_read'])).customers).toEqual([]);
  });
});

describe('a change', () => {
  it('that changes nothing writes nothing', async () => {
    const { id, etag } = await create('sys', 'Acme');
    const read = await changeCustomer(ports, administrator, id, undefined, (customer) => customer);
    expect(read.customer.etag).toBe(etag);
  });

  it('gives up when others win again and again, instead of trying for ever', async () => {
    const { id } = await create('sys', 'Acme');
    const losing: Store = {
      ...ports.store,
      commit: async () => {
        throw new Failure('conflict', 'lost');
      },
    };
    const change = changeCustomer({ ...ports, store: losing }, administrator, id, undefined, (customer) => ({
      ...customer,
      name: 'Other',
    }));
    await expect(change).rejects.toMatchObject({ code: 'busy' });
  });

  it('frees the old name and holds the new one', async () => {
    const { id } = await create('sys', 'Old');
    await changeCustomer(ports, administrator, id, undefined, (customer) => ({ ...customer, name: 'New' }));
    await expect(create('sys', 'NEW')).rejects.toMatchObject({ code: 'already_exists' });
    await create('sys', 'Old');
  });
});

describe('a deletion', () => {
  it('revokes at Webex where the scopes allow it, and has tokens and names gone at once', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    const [token] = webex.control.tokens(acme.id).refreshTokens;
    await deleteCustomer(ports, administrator, id, undefined);
    await expect(readCustomer(ports.store, administrator, id, 'reader')).rejects.toMatchObject({ code: 'not_found' });
    const line = ports.lines.find(({ event }) => event === 'customer_deleted');
    expect(line).toMatchObject({ by: administrator.id, revoked: expect.stringMatching(/^(revoked|webex_forbidden)$/) });
    expect(webex.control.isAlive(token!.value)).toBe(line!.revoked !== 'revoked');
    await connectedCustomer(ports, webex, acme);
  });

  it('succeeds while Webex and the queue are away, and asks for the clearing away later', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    webex.control.faults({ match: { path: 'authorizations' }, fault: { status: 503 }, times: 'always' });
    const { publish } = ports.queue;
    ports.queue.publish = async () => {
      throw new Failure('queue_unavailable', 'away');
    };
    await deleteCustomer(ports, administrator, id, undefined);
    ports.queue.publish = publish;
    expect(await sweepRemovals(ports)).toBe(0);
    ports.clock.advance(3_600_000);
    expect(await sweepRemovals(ports)).toBe(1);
    expect(ports.messages.at(-1)!.data).toEqual({ customer: id, purge: true });
  });
});

describe('an idempotency key', () => {
  const answer = (body: unknown) => ({ status: 201, headers: {}, body });
  const memory = (request = 'POST /') => idempotentRequest(ports, 'portal@example.com', 'key-1', request);

  it('keeps no answer in the clear', async () => {
    await performInCommit(memory(), async (responseWrites) => {
      await ports.store.commit(await responseWrites(answer({ url: 'https://secret.example' })));
      return answer({});
    });
    const [kept] = await ports.store.query<object>({ collection: 'idempotency', limit: 10 });
    expect(JSON.stringify(kept)).not.toMatch(/secret|portal|key-1/);
    expect((await memory().find())?.body).toEqual({ url: 'https://secret.example' });
  });

  it('belongs to its caller, and is forgotten after a day', async () => {
    await ports.store.commit(await memory().writes(answer(1)));
    const others = idempotentRequest(ports, 'other@example.com', 'key-1', 'POST /');
    expect(await others.find()).toBeUndefined();
    await expect(memory('POST /other').find()).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    ports.clock.advance(24 * 3_600_000);
    expect(await memory('POST /other').find()).toBeUndefined();
  });

  it('is held while its request is under way, given back when that fails, and taken over when it was abandoned', async () => {
    const perform = (work: () => Promise<unknown>) =>
      performUnderClaim(ports, memory(), async () => answer(await work()));
    let during: unknown;
    await perform(async () => {
      during = await perform(async () => 'twice').catch((error) => error.code);
    });
    expect(during).toBe('busy');

    const fails = () => Promise.reject(new Failure('webex_unavailable', 'away'));
    const next = idempotentRequest(ports, 'portal@example.com', 'key-2', 'POST /');
    await expect(performUnderClaim(ports, next, fails)).rejects.toMatchObject({ code: 'webex_unavailable' });
    expect((await performUnderClaim(ports, next, async () => answer('again'))).body).toBe('again');

    const lost = idempotentRequest(ports, 'portal@example.com', 'key-3', 'POST /');
    void performUnderClaim(ports, lost, () => new Promise(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(lost.find()).rejects.toMatchObject({ code: 'busy' });
    ports.clock.advance(3 * 60_000);
    expect((await performUnderClaim(ports, lost, async () => answer('taken'))).body).toBe('taken');
  });
});

describe('an operation on many customers', () => {
  const begin = (hierarchy = 'sys.many') =>
    beginOperation(ports, administrator, { action: 'connect', hierarchy }, async () => []);

  it('reaches each customer once through interruptions, redeliveries and a lost message', async () => {
    for (let index = 0; index < 120; index++) await create('sys.many', `c${index}`);
    await create('sys.other', 'not meant');
    const { publish } = ports.queue;
    ports.queue.publish = async () => {
      throw new Failure('queue_unavailable', 'away');
    };
    const { id } = await begin();
    ports.queue.publish = publish;
    ports.clock.advance(16 * 60_000);
    expect(await sweepOperations(ports)).toBe(1);

    // No time at all: one slice a message; and every message comes twice.
    const late = () => ports.clock.now() - 1;
    for (let messages = 0; messages < 3; messages++) {
      await Promise.all([continueOperation(ports, id, late()), continueOperation(ports, id, late())]);
    }
    const operation = await readOperation(ports, administrator, id);
    expect(operation).toMatchObject({ running: false, counts: { done: 120, skipped: 0, failed: 0 } });
    const { results } = await readResults(ports, id, { pageSize: 1000 });
    expect(new Set(results.map((result) => result.id)).size).toBe(120);
    expect(new Set(results.map(({ url }) => url!.reveal())).size).toBe(120);
    const stored = await ports.store.query<object>({ collection: `operations/${id}/results`, limit: 5 });
    expect(JSON.stringify(stored)).not.toContain('/connect/');
  });

  it('is nobody else’s business', async () => {
    const { id } = await begin();
    const outsider = anybody({ hierarchy: 'sys.other', role: 'administrator' });
    await expect(readOperation(ports, outsider, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      beginOperation(ports, outsider, { action: 'sync', hierarchy: 'sys.many' }, async () => []),
    ).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
