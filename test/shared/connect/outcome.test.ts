import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimState, clearOutcome, readOutcome, storeOutcome } from '../../../shared/connect/outcome.ts';
import {
  authorizationMs,
  digest,
  type Outcome,
  outcomeMs,
  type PendingAuthorization,
  randomSecret,
} from '../../../shared/domain/authorization.ts';
import { usedStatePath } from '../../../shared/storage/layout.ts';
import { conflict, storeUnavailable } from '../../support/faulty.ts';
import { type TestPorts, testPorts } from '../../support/ports.ts';

const code = 'the-code';
const outcome: Outcome = { kind: 'failed', code: 'wrong_organization', message: 'Another organization.' };

let ports: TestPorts;
let pending: PendingAuthorization;

beforeEach(() => {
  ports = testPorts({ url: 'http://127.0.0.1:9' });
  onTestFinished(() => ports.store.close());
  const endsAt = ports.clock.now() + authorizationMs;
  pending = { state: randomSecret(), verifier: randomSecret(), endsAt };
});

const path = () => usedStatePath(digest(pending.state));

async function claimed(): Promise<string> {
  const claim = await claimState(ports, pending, code);
  if (claim.kind !== 'claimed') throw new Error('The state was used before.');
  return claim.version;
}

describe('a state', () => {
  it('is claimed by one of many callbacks at once', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimState(ports, pending, code)));
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'repeated')).toHaveLength(7);
  });

  it('distinguishes the same code from another one, and stores neither', async () => {
    await claimed();
    expect(await claimState(ports, pending, code)).toEqual({ kind: 'repeated' });
    expect(await claimState(ports, pending, 'another-code')).toEqual({ kind: 'other_code' });
    expect(JSON.stringify(await ports.store.get(path()))).not.toMatch(/the-code|another-code/);
  });

  it('stays used by its code after the outcome is stored and cleared', async () => {
    const version = await claimed();
    await storeOutcome(ports, pending, { version, code, outcome });
    await clearOutcome(ports, pending);
    expect(await claimState(ports, pending, code)).toEqual({ kind: 'repeated' });
    expect(await claimState(ports, pending, 'another-code')).toEqual({ kind: 'other_code' });
  });

  it('stays unused if the store could not be written', async () => {
    ports.store.failNext('commit', storeUnavailable());
    await expect(claimState(ports, pending, code)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await claimState(ports, pending, code)).kind).toBe('claimed');
  });
});

describe('an outcome', () => {
  it('can be read until it expires', async () => {
    await storeOutcome(ports, pending, { version: await claimed(), code, outcome });
    ports.clock.advance(outcomeMs - 1000);
    expect(await readOutcome(ports, pending)).toEqual(outcome);
    ports.clock.advance(1000);
    expect(await readOutcome(ports, pending)).toBeUndefined();
  });

  it('is stored although the store fails a few times, or loses its answer', async () => {
    const version = await claimed();
    ports.store.failNext('commit', storeUnavailable(), { times: 3 });
    ports.store.failNext('commit', storeUnavailable(), { answerLost: true });
    await storeOutcome(ports, pending, { version, code, outcome });
    expect(await readOutcome(ports, pending)).toEqual(outcome);
  });

  it('is given up if the store stays away', async () => {
    const version = await claimed();
    ports.store.failNext('commit', storeUnavailable(), { times: 'always' });
    await expect(storeOutcome(ports, pending, { version, code, outcome })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('does not come back after the user has cleared the page', async () => {
    const version = await claimed();
    await clearOutcome(ports, pending);
    await expect(storeOutcome(ports, pending, { version, code, outcome })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readOutcome(ports, pending)).toBeUndefined();
  });

  it('is not created by clearing a state that was never used', async () => {
    await clearOutcome(ports, pending);
    expect(await ports.store.get(path())).toBeUndefined();
  });

  it('is cleared in one try or reports that it was not', async () => {
    await storeOutcome(ports, pending, { version: await claimed(), code, outcome });
    ports.store.failNext('commit', conflict());
    await expect(clearOutcome(ports, pending)).rejects.toMatchObject({ code: 'conflict' });
    expect(await readOutcome(ports, pending)).toEqual(outcome);
  });

  it('is awaited while another request of the browser works on it', async () => {
    const version = await claimed();
    const reading = readOutcome(ports, pending);
    await storeOutcome(ports, pending, { version, code, outcome });
    expect(await reading).toEqual(outcome);
  });

  it('is still worked on, then counts as interrupted', async () => {
    await claimed();
    expect(await readOutcome(ports, pending)).toBe('working');
    ports.clock.advance(3 * 60_000);
    await expect(readOutcome(ports, pending)).rejects.toThrow('The sign-in was interrupted on our side.');
  });
});
