import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../shared/domain/failure.ts';
import { type ApiResponse, performOnce } from '../../../shared/storage/idempotency.ts';
import { engineName, openStore } from '../../support/engine.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { type TestPorts, testPorts } from '../../support/ports.ts';

describe(`an idempotency key, on ${engineName}`, () => {
  let ports: TestPorts;
  beforeEach(() => {
    ports = testPorts({ url: 'http://127.0.0.1:1' }, { store: openStore() });
  });
  afterEach(() => ports.store.close());

  const never = new Promise<never>(() => {});
  const response = (body: unknown): ApiResponse => ({ status: 201, headers: {}, body });
  const keyed = (change: { callerId?: string; key?: string; request?: string } = {}) => ({
    callerId: 'portal@example.com',
    key: 'key-1',
    request: 'POST /',
    ...change,
  });
  const perform = (work: () => Promise<unknown>, change = {}) =>
    performOnce(ports, keyed(change), async () => response(await work()));

  it('stores no response in the clear', async () => {
    await perform(async () => ({ url: 'https://secret.example' }));
    const [stored] = await ports.store.query<object>({ collection: 'idempotency', limit: 10 });
    expect(JSON.stringify(stored)).not.toMatch(/secret|portal|key-1/);
    expect((await perform(async () => 'again')).body).toEqual({ url: 'https://secret.example' });
  });

  it('stores the response in the commit that it reports', async () => {
    const work = () =>
      performOnce(ports, keyed(), async (responseWrites) => {
        const made = response('made');
        await ports.store.commit([{ set: 'things/one', data: {}, if: 'absent' }, ...(await responseWrites(made))]);
        throw new Failure('store_unavailable', 'The response of the commit was lost.');
      });
    await expect(work()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await work()).body).toBe('made');
  });

  it('belongs to its caller', async () => {
    await perform(async () => 'mine');
    expect((await perform(async () => 'other', { callerId: 'other@example.com' })).body).toBe('other');
  });

  it('is refused for another request, and free again after a day', async () => {
    await perform(async () => 'first');
    const other = () => perform(async () => 'second', { request: 'POST /other' });
    await expect(other()).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    ports.clock.advance(24 * 3_600_000);
    expect((await other()).body).toBe('second');
  });

  it('is released when its request fails', async () => {
    const fails = () => Promise.reject(new Failure('webex_unavailable', 'away'));
    await expect(perform(fails)).rejects.toMatchObject({ code: 'webex_unavailable' });
    expect((await perform(async () => 'again')).body).toBe('again');
  });

  it('makes a request wait for the first one, and gives both the same response', async () => {
    let performed = 0;
    const work = async () => {
      await ports.clock.sleep(500);
      return ++performed;
    };
    const responses = await Promise.all([perform(work), perform(work), perform(work)]);
    expect(responses.map(({ body }) => body)).toEqual([1, 1, 1]);
  });

  it('is `busy` when the first request takes longer than the second one waits', async () => {
    let second: unknown;
    await perform(async () => {
      second = await perform(async () => 'twice').catch((error) => error.code);
    });
    expect(second).toBe('busy');
  });

  it('is taken over from a process that has died', async () => {
    // A dead process renews nothing.
    const dead = { ...ports, clock: { ...ports.clock, sleep: () => never } };
    const claimed = Promise.withResolvers<void>();
    ports.store.afterNext('commit', () => claimed.resolve());
    void performOnce(dead, keyed(), () => never);
    await claimed.promise;
    ports.clock.advance(3 * 60_000);
    expect((await perform(async () => 'taken over')).body).toBe('taken over');
  });

  it('is claimed once, whatever the distance of two requests and the latency of the store', async () => {
    const slowly = async <T>(act: () => Promise<T>) => {
      await pause(5 + 10 * Math.random());
      return act();
    };
    ports.store.answerNext('get', slowly, { times: 'always' });
    ports.store.answerNext('commit', slowly, { times: 'always' });
    for (const offset of [0, 5, 10, 15, 20, 30]) {
      let performed = 0;
      const request = async (afterMs: number) => {
        await pause(afterMs);
        return perform(
          async () => {
            await ports.clock.sleep(500);
            return ++performed;
          },
          { key: `offset-${offset}` },
        );
      };
      const responses = await Promise.all([request(0), request(offset), request(offset)]);
      expect(responses.map(({ body }) => body)).toEqual([1, 1, 1]);
    }
  });

  it('stays claimed by a request that takes 150 s', async () => {
    let performed = 0;
    const work = async () => {
      performed += 1;
      await ports.clock.sleep(150_000);
      return performed;
    };
    const first = perform(work);
    for (const atMs of [70_000, 50_000]) {
      await ports.clock.sleep(atMs);
      await expect(perform(work)).rejects.toMatchObject({ code: 'busy' });
    }
    expect((await first).body).toBe(1);
    expect((await perform(work)).body).toBe(1);
  });

  it('recognizes its own claim when the response of the commit was lost', async () => {
    ports.store.failNext('commit', storeUnavailable(), { answerLost: true });
    expect((await perform(async () => 'once')).body).toBe('once');
    expect((await perform(async () => 'twice')).body).toBe('once');
  });

  it('says so when the stored response can no longer be opened', async () => {
    await perform(async () => 'sealed');
    ports.sealer.failNext('open', new Failure('sealed_text_invalid', 'The key is gone.'), { times: 'always' });
    await expect(perform(async () => 'again')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });
});
