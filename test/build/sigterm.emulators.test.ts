/** Instances that get SIGTERM while they work, again and again, against a Webex whose old refresh tokens die at once. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTopic } from '../../local/pubsub-emulator.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { keyringName } from '../../shared/adapters/jose-sealer.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { day } from '../../shared/domain/time.ts';
import type { Store } from '../../shared/ports.ts';
import { connections, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { requestSync } from '../../shared/sync/request.ts';
import { withAccessToken } from '../../shared/tokens/access-token.ts';
import { runningClock } from '../support/clock.ts';
import { startFunction, unpackBundles } from '../support/deployed.ts';
import { connect, members, organize } from '../support/fleet.ts';
import { connectedCustomer, memorySecrets, sealingKeys, type TestPorts, testPorts } from '../support/ports.ts';
import { startSecretManager } from '../support/secret-manager.ts';
import { differences, organizationNow, readRun, storedNow } from '../support/sync-drive.ts';

const emulators = inject('emulators');

describe.skipIf(!emulators)('SIGTERM under load', () => {
  let bundles: Awaited<ReturnType<typeof unpackBundles>>;
  let manager: Awaited<ReturnType<typeof startSecretManager>>;
  let webex: WebexServer;
  let store: Store;
  let ports: TestPorts;
  let env: Record<string, string>;

  beforeAll(async () => {
    bundles = await unpackBundles();
  });
  afterAll(() => bundles.remove());

  beforeEach(async () => {
    const project = `sigterm-${randomUUID()}`;
    const { firestoreHost, pubsubHost } = emulators!;
    webex = await startWebex({ organizations: [], rotation: 'rotate', latencyMs: 200 });
    manager = await startSecretManager();
    const secrets = {
      [keyringName]: sealingKeys(),
      [integrationName]: { client_id: 'local-client', client_secrets: ['local-secret'] },
    };
    for (const [name, value] of Object.entries(secrets))
      manager.secrets.set(`projects/${project}/secrets/${name}`, [JSON.stringify(value)]);
    store = firestoreStore({ projectId: project, emulatorHost: firestoreHost });
    ports = testPorts(webex, { clock: runningClock(), store, secrets: memorySecrets(secrets) });
    for (const topic of ['sync-users', 'customer-events']) await createTopic(pubsubHost, project, topic);
    env = {
      GOOGLE_CLOUD_PROJECT: project,
      FIRESTORE_EMULATOR_HOST: firestoreHost,
      PUBSUB_EMULATOR_HOST: pubsubHost,
      SECRET_MANAGER_EMULATOR_HOST: manager.host,
      WEBEX_API_URL: `${webex.url}/v1`,
      CALLER_AUDIENCE: 'https://example.com/customers',
      OAUTH_URL: 'https://example.com/oauth',
      REFRESH_CONCURRENCY: '8',
      PAGE_SIZE: '20',
    };
  });
  afterEach(async () => {
    await Promise.all([store.close(), webex.close(), manager.close()]);
  });

  /** Starts the function, calls it, and sends SIGTERM once Webex is being asked. Answers the call's status, 0 without one. */
  async function callAndEnd(target: string, request: { path: string; body?: object; disconnect?: boolean }) {
    const instance = await startFunction({ target, source: join(bundles.folder, target), env });
    await instance.listening();
    const asked = () => Object.values(webex.control.stats().requests).reduce((sum, each) => sum + each, 0);
    const before = asked();
    let answered = false;
    const client = new AbortController();
    const answer = fetch(`${instance.url}${request.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.body ?? {}),
      signal: client.signal,
    }).then(
      ({ status }) => status,
      () => 0,
    );
    answer.then(() => {
      answered = true;
    });
    const exit = once(instance.child, 'exit');
    while (asked() < before + 4 && !answered) await sleep(5);
    await sleep(300 * Math.random());
    if (request.disconnect) client.abort();
    await instance.end();
    const [code] = await exit;
    return { status: await answer, code, output: instance.output() };
  }

  it('loses no refresh, whether or not the caller still waits, and starts no new one', {
    timeout: 120_000,
  }, async () => {
    const fleet = members(60);
    organize(webex.control, fleet);
    await connect(ports, webex.control, fleet, Date.now() - 8 * day);
    const all = () => store.query<Connection>({ collection: connections, limit: 100 });
    let renewed = 0;
    for (let round = 0; renewed < fleet.length; round++) {
      const disconnect = round % 2 === 1;
      const ended = await callAndEnd('refresh_tokens', { path: '/', disconnect });
      expect(ended.code).toBe(0);
      expect(ended.output).toContain('"event":"shutdown_complete"');
      const read = await all();
      const before = renewed;
      renewed = read.filter(({ data }) => data.grant!.serial > 1).length;
      if (renewed < fleet.length && !disconnect) expect(ended.status).toBe(503);
      // Some each time, and never all that were due: the run stopped drawing.
      expect(renewed).toBeGreaterThan(before);
      if (round === 0) expect(renewed).toBeLessThan(fleet.length);
      for (const { data } of read) {
        expect(data.lease).toBeUndefined();
        const token = await ports.sealer.open(data.grant!.sealedRefreshToken, refreshTokenPlace(data.customerId));
        expect(webex.control.isAlive(token.reveal())).toBe(true);
      }
    }
  });

  it('leaves a sync to the next message, and stores no wrong user', { timeout: 120_000 }, async () => {
    const organization = { id: randomUUID(), name: 'Acme', people: 500 };
    webex.control.addOrganization(organization);
    const customer = await connectedCustomer(ports, webex, organization);
    const { id } = await requestSync(ports, customer);
    const data = Buffer.from(JSON.stringify({ customer, sync: id })).toString('base64');
    const body = { message: { data, messageId: '1' }, subscription: 'sync-users' };
    const scanned: number[] = [];
    while ((await readRun(store, customer, id)).state !== 'done') {
      const ended = await callAndEnd('sync_users', { path: '/projects/p/topics/sync-users', body });
      expect(ended).toMatchObject({ code: 0, status: 204 });
      scanned.push((await readRun(store, customer, id)).counts.scanned);
    }
    expect(scanned.length).toBeGreaterThan(1);
    expect(scanned).toEqual(scanned.toSorted((a, b) => a - b));
    const truth = await withAccessToken(ports, customer, (access) =>
      organizationNow(ports.webex, access, organization.id),
    );
    expect(differences(truth, await storedNow(store, customer))).toEqual([]);
  });
});
