/** The composition root: the one place that chooses the real or the local side of every port, from one parsed configuration. */

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloudLog } from './adapters/cloud-log.ts';
import { firestoreStore } from './adapters/firestore-store.ts';
import { googleCallers } from './adapters/google-callers.ts';
import { joseSealer } from './adapters/jose-sealer.ts';
import { localCallers } from './adapters/local-callers.ts';
import { pubsubQueue } from './adapters/pubsub-queue.ts';
import { secretManagerSecrets } from './adapters/secret-manager.ts';
import { webexApi } from './adapters/webex.ts';
import { type Config, parseConfig } from './config.ts';
import { integrationReader } from './integration.ts';
import type { Callers, Clock, Log, Outside, Queue, Secrets, Store } from './ports.ts';

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => {}),
  random: () => randomInt(2 ** 32) / 2 ** 32,
};

export interface Composition {
  outside: Outside;
  callers: Callers;
  secrets: Secrets;
  /** Ends what was opened. */
  close(): Promise<void>;
}

/** Everything of the outside. Nothing is opened or loaded yet but what is local. */
export async function compose(config: Config, log: Log): Promise<Composition> {
  const clock = systemClock;
  const [store, queue, secrets] = await Promise.all([openStore(config), openQueue(config), openSecrets(config)]);
  const audience = config.CALLER_AUDIENCE;
  return {
    outside: {
      store,
      queue,
      clock,
      log,
      sealer: joseSealer(secrets, clock),
      webex: webexApi(config.WEBEX_API_URL, integrationReader(secrets, clock), {
        allowLocalProxies: config.ALLOW_LOCAL_PROXIES,
      }),
      settings: {
        portalName: config.PORTAL_NAME,
        oauthUrl: config.OAUTH_URL,
        requiredScopes: config.WEBEX_SCOPES,
        syncTopic: config.SYNC_TOPIC,
        eventsTopic: config.EVENTS_TOPIC,
        pageSize: config.PAGE_SIZE,
      },
    },
    callers:
      config.CALLERS === 'local' ? localCallers(secrets, audience) : googleCallers(audience, config.CALLER_GRANTS),
    secrets,
    async close() {
      await queue.close();
      await store.close();
    },
  };
}

/**
 * What a deployed function starts with.
 * @throws Failure `configuration_invalid`, which ends the start
 */
export async function deployed(
  service: string,
  env: Record<string, string | undefined>,
): Promise<Composition & { config: Config }> {
  const config = parseConfig(env);
  return { config, ...(await compose(config, cloudLog(service))) };
}

async function openStore(config: Config): Promise<Store> {
  if (config.STORE === 'firestore') {
    return firestoreStore({
      projectId: config.GOOGLE_CLOUD_PROJECT,
      databaseId: config.FIRESTORE_DATABASE,
      ...(config.FIRESTORE_EMULATOR_HOST && { emulatorHost: config.FIRESTORE_EMULATOR_HOST }),
    });
  }
  const { sqliteStore } = await import('./adapters/sqlite-store.ts');
  return sqliteStore({ file: config.SQLITE_FILE });
}

async function openQueue(config: Config): Promise<Queue & { close(): Promise<void> }> {
  if (config.QUEUE === 'pubsub') {
    const emulatorHost = config.PUBSUB_EMULATOR_HOST;
    return pubsubQueue({ projectId: config.GOOGLE_CLOUD_PROJECT, ...(emulatorHost && { emulatorHost }) });
  }
  const { localQueue } = await import('./adapters/local-queue.ts');
  const endpoints = config.QUEUE_ENDPOINT ? { [config.SYNC_TOPIC]: config.QUEUE_ENDPOINT } : {};
  return localQueue({ file: config.QUEUE_FILE, endpoints });
}

async function openSecrets(config: Config): Promise<Secrets> {
  if (config.SECRETS === 'secret_manager') return secretManagerSecrets({ projectId: config.GOOGLE_CLOUD_PROJECT });
  const { fileSecrets } = await import('./adapters/file-secrets.ts');
  return fileSecrets({ folder: config.SECRETS_FOLDER });
}
