import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { joseSealer, keyOf, keyringName, newSealingKey } from '../../../shared/adapters/jose-sealer.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { day } from '../../../shared/domain/time.ts';
import {
  connectionPath,
  idempotencyPath,
  operationPath,
  refreshTokenPlace,
  resultsOf,
  resultUrlPlace,
  usedStatePath,
} from '../../../shared/storage/layout.ts';
import { inBackups, initKeyring, pruneKeyring, rotateKeyring, stillSeals } from '../../../shared/tokens/keyring.ts';
import { recheckScopes } from '../../../shared/tokens/recheck-scopes.ts';
import { refreshConnection } from '../../../shared/tokens/refresh.ts';
import { resealAll } from '../../../shared/tokens/reseal.ts';
import { frozenClock } from '../../support/clock.ts';
import { connect, members, organize } from '../../support/fleet.ts';
import { memorySecrets, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const fleet = members(5);
let webex: WebexServer;
let ports: TestPorts;
const key = (kid: string) => ({ ...newSealingKey(kid), iat: Math.floor(ports.clock.now() / 1000) });
const tokenOf = async (customerId: string) => {
  const { grant } = await readConnection(ports.store, customerId);
  return { sealed: grant!.sealedRefreshToken, kid: await keyOf(grant!.sealedRefreshToken) };
};
const openAll = () =>
  Promise.all(
    fleet.map(async ({ customerId }) => {
      const { sealed } = await tokenOf(customerId);
      return (await ports.sealer.open(sealed, refreshTokenPlace(customerId))).reveal();
    }),
  );
const prune = (replacedFor: number) => pruneKeyring(ports, keyringName, keyOf, replacedFor);

beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, organizations: [] });
  ports = testPorts(webex, { clock });
  organize(webex.control, fleet);
  await connect(ports, webex.control, fleet, clock.now());
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

describe('the keyring', () => {
  it('is made once and never replaced', async () => {
    const secrets = memorySecrets();
    await initKeyring(secrets, keyringName, key('one'));
    await expect(initKeyring(secrets, keyringName, key('two'))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is rotated without downtime: everything opens before, between and after, and Webex is not asked', async () => {
    const before = await openAll();
    await rotateKeyring(ports.secrets, keyringName, key('new'));
    expect(await openAll()).toEqual(before);
    ports.clock.advance(6 * 60_000);
    expect(await resealAll(ports)).toEqual({ seen: 5, changed: 5, unreadable: 0 });
    expect((await tokenOf(fleet[0]!.customerId)).kid).toBe('new');
    expect(await openAll()).toEqual(before);
    expect(await resealAll(ports)).toEqual({ seen: 5, changed: 0, unreadable: 0 });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('reaches instances that read it before the rotation, with the first text that they cannot open', async () => {
    const running = joseSealer(ports.secrets, ports.clock);
    const { sealed } = await tokenOf('customer-0');
    await running.open(sealed, refreshTokenPlace('customer-0'));
    await rotateKeyring(ports.secrets, keyringName, key('new'));
    ports.clock.advance(11_000);
    const ahead = joseSealer(ports.secrets, ports.clock);
    const opened = await running.open(sealed, refreshTokenPlace('customer-0'));
    const moved = await ahead.seal(opened, refreshTokenPlace('customer-0'));
    expect((await running.open(moved, refreshTokenPlace('customer-0'))).reveal()).toBe(opened.reveal());
  });

  it('seals every connection within a week even if nothing is resealed', async () => {
    await rotateKeyring(ports.secrets, keyringName, key('new'));
    ports.clock.advance(6 * 60_000);
    const read = (await ports.store.get<never>(connectionPath('customer-0')))!;
    await refreshConnection(ports, read, { force: true });
    expect((await tokenOf('customer-0')).kid).toBe('new');
  });

  it('is resealed despite a text that no key opens and a concurrent edit', async () => {
    const path = connectionPath('customer-1');
    const spoilt = await readConnection(ports.store, 'customer-1');
    await ports.store.commit([
      { set: path, data: { ...spoilt, grant: { ...spoilt.grant!, sealedRefreshToken: 'rubbish' } } },
    ]);
    await rotateKeyring(ports.secrets, keyringName, key('new'));
    ports.clock.advance(6 * 60_000);
    ports.store.beforeNext('commit', async () => {
      const connection = await readConnection(ports.store, 'customer-0');
      await ports.store.commit([{ set: connectionPath('customer-0'), data: { ...connection, nameKey: 'edited' } }]);
    });
    expect(await resealAll(ports)).toEqual({ seen: 5, changed: 4, unreadable: 1 });
    expect(await readConnection(ports.store, 'customer-0')).toMatchObject({ nameKey: 'edited' });
    expect((await tokenOf('customer-0')).kid).toBe('new');
  });

  it('loses an old key only when neither a document nor a backup can need it', async () => {
    await rotateKeyring(ports.secrets, keyringName, key('new'));
    ports.clock.advance((inBackups + 1) * 1000);
    expect(await prune(inBackups)).toEqual({ kept: ['new', 'test-1'], removed: [] });
    await resealAll(ports);
    await rotateKeyring(ports.secrets, keyringName, key('newest'));
    expect(await prune(inBackups)).toEqual({ kept: ['newest', 'new'], removed: ['test-1'] });
    ports.clock.advance(6 * 60_000);
    await resealAll(ports);
    expect((await prune(0)).removed).toEqual([]);
    ports.clock.advance(stillSeals * 1000);
    expect(await prune(stillSeals)).toEqual({ kept: ['newest'], removed: ['new'] });
    expect(await openAll()).toHaveLength(5);
  });

  it('reseals every document before a leaked key is removed', async () => {
    const expireAt = ports.clock.now() + day;
    const sealFor = (place: string) => ports.sealer.seal(new Secret('{}'), place);
    const [response, outcome] = [idempotencyPath('hash'), usedStatePath('hash')];
    const result = `${resultsOf('o1')}/customer-0`;
    await ports.store.commit([
      { set: response, data: { response: await sealFor(response), expireAt } },
      { set: outcome, data: { outcome: await sealFor(outcome), expireAt } },
      { set: operationPath('o1'), data: { id: 'o1' } },
      {
        set: result,
        data: { id: 'customer-0', sealedUrl: await sealFor(resultUrlPlace('o1', 'customer-0')), expireAt },
      },
      { set: idempotencyPath('old'), data: { response: await sealFor(idempotencyPath('old')), expireAt: 1 } },
    ]);
    const connection = await readConnection(ports.store, 'customer-1');
    const pending = { ...connection.grant!, id: 'p', source: 'pasted', receivedAt: 1, tries: 0 };
    await ports.store.commit([{ set: connectionPath('customer-1'), data: { ...connection, pending } }]);

    await rotateKeyring(ports.secrets, keyringName, key('new'));
    ports.clock.advance(stillSeals * 1000);
    expect((await prune(stillSeals)).removed).toEqual([]);
    expect(await resealAll(ports)).toEqual({ seen: 8, changed: 8, unreadable: 0 });
    expect(await prune(stillSeals)).toEqual({ kept: ['new'], removed: ['test-1'] });
    const sealed = async (path: string, field: string) =>
      String((await ports.store.get<Record<string, unknown>>(path))!.data[field]);
    await ports.sealer.open(await sealed(response, 'response'), response);
    await ports.sealer.open(await sealed(outcome, 'outcome'), outcome);
    await ports.sealer.open(await sealed(result, 'sealedUrl'), resultUrlPlace('o1', 'customer-0'));
    const { sealedRefreshToken } = (await readConnection(ports.store, 'customer-1')).pending!;
    await ports.sealer.open(sealedRefreshToken, refreshTokenPlace('customer-1'));
  });

  it('that is malformed is refused by its name, without its value', async () => {
    for (const value of [{ keys: [] }, { keys: [{ kid: 'a', kty: 'oct', k: 'short' }] }, 'text', { keys: 7 }]) {
      const secrets = memorySecrets({ [keyringName]: value });
      const sealer = joseSealer(secrets, ports.clock);
      await expect(sealer.isCurrent((await tokenOf('customer-0')).sealed)).rejects.toMatchObject({
        code: 'configuration_invalid',
      });
    }
  });
});

describe('a change of the required scopes', () => {
  it('marks all connections that lack one at once, and one query lists them', async () => {
    const { scopes } = (await readConnection(ports.store, 'customer-0')).grant!;
    ports.settings.requiredScopes = [...scopes, 'new_scope'];
    expect(await recheckScopes(ports)).toBe(5);
    const contains = { field: 'missingScopes', value: 'new_scope' };
    expect(await ports.store.query({ collection: 'connections', contains, limit: 10 })).toHaveLength(5);
    ports.settings.requiredScopes = scopes;
    expect(await recheckScopes(ports)).toBe(0);
    expect(await ports.store.query({ collection: 'connections', contains, limit: 10 })).toHaveLength(0);
  });
});
