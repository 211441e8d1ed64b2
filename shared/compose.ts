/** The composition root: the only place that chooses between the real and the local adapter of every port, from one configuration. */

import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { googleCallers } from './adapters/google/callers.ts';
import { cloudLog } from './adapters/google/cloud-log.ts';
import { firestoreStore } from './adapters/google/firestore-store.ts';
import { pubsubQueue } from './adapters/google/pubsub-queue.ts';
import { secretManagerSecrets } from './adapters/google/secret-manager.ts';
import { joseSealer } from './adapters/jose-sealer.ts';
import { webexApi } from './adapters/webex/client.ts';
import { integrationReader } from './adapters/webex/integration.ts';
import { type Config, parseConfig } from './config.ts';
import { Failure } from './domain/failure.ts';
import { correlation } from './http/correlation.ts';
import { onSigterm } from './http/graceful-shutdown.ts';
import type { Callers, Clock, Log, Ports, Queue, Secrets, Store } from './ports.ts';

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => {}),
  random: () => randomInt(2 ** 32) / 2 ** 32,
};

/** Creates the local adapters. No deployed function has them. */
export interface LocalAdapters {
  store(config: Config): Store;
  queue(config: Config): Queue & { close(): Promise<void> };
  secrets(config: Config): Secrets;
  callers(config: Config, secrets: Secrets): Callers;
}

export interface Composition {
  ports: Ports;
  callers: Callers;
  secrets: Secrets;
  /** Closes the connections that were opened. */
  close(): Promise<void>;
}

/**
 * Creates every port. Real adapters load their SDK and connect with the first call.
 * @throws Failure `configuration_invalid` when the configuration names a local adapter and `local` is absent
 */
export function compose(config: Config, log: Log, local?: LocalAdapters): Composition {
  const clock = systemClock;
  const requireLocal = (variable: string): LocalAdapters => {
    if (local) return local;
    throw new Failure(
      'configuration_invalid',
      `${variable} names a local adapter, which a deployed function does not have.`,
    );
  };
  const store = config.STORE === 'firestore' ? openStore(config) : requireLocal('STORE').store(config);
  const queue = config.QUEUE === 'pubsub' ? openQueue(config) : requireLocal('QUEUE').queue(config);
  const secrets = config.SECRETS === 'secret_manager' ? openSecrets(config) : requireLocal('SECRETS').secrets(config);
  const callers =
    config.CALLERS === 'google'
      ? googleCallers(config.CALLER_AUDIENCE, config.CALLER_GRANTS)
      : requireLocal('CALLERS').callers(config, secrets);
  return {
    ports: {
      store,
      queue,
      clock,
      log,
      sealer: joseSealer(secrets, clock),
      webex: webexApi(config.WEBEX_API_URL, integrationReader(secrets, clock), clock, {
        allowLocalProxies: config.ALLOW_LOCAL_PROXIES,
      }),
      settings: {
        portalName: config.PORTAL_NAME,
        oauthUrl: config.OAUTH_URL,
        requiredScopes: config.WEBEX_SCOPES,
        syncTopic: config.SYNC_TOPIC,
        eventsTopic: config.EVENTS_TOPIC,
        pageSize: config.PAGE_SIZE,
        allowLocalProxies: config.ALLOW_LOCAL_PROXIES,
      },
    },
    callers,
    secrets,
    async close() {
      await queue.close();
      await store.close();
    },
  };
}

/**
 * Prepares a deployed function: log lines carry the request's trace, and on SIGTERM the function finishes its work.
 * @returns `shutdownSignal` is aborted on SIGTERM
 * @throws Failure `configuration_invalid`, which ends the start
 */
export function startFunction(
  service: string,
  env: Record<string, string | undefined>,
): Composition & { config: Config; shutdownSignal: AbortSignal } {
  const config = parseConfig(env);
  const log = cloudLog(service, { correlation: correlation(config.GOOGLE_CLOUD_PROJECT) });
  const composition = compose(config, log);
  const { signal, trackCalls } = onSigterm(log);
  return { ...composition, config, ports: trackCalls(composition.ports), shutdownSignal: signal };
}

function openStore(config: Config): Store {
  return firestoreStore({
    projectId: config.GOOGLE_CLOUD_PROJECT,
    databaseId: config.FIRESTORE_DATABASE,
    ...(config.FIRESTORE_EMULATOR_HOST && { emulatorHost: config.FIRESTORE_EMULATOR_HOST }),
  });
}

function openQueue(config: Config): Queue & { close(): Promise<void> } {
  const emulatorHost = config.PUBSUB_EMULATOR_HOST;
  return pubsubQueue({ projectId: config.GOOGLE_CLOUD_PROJECT, ...(emulatorHost && { emulatorHost }) });
}

function openSecrets(config: Config): Secrets {
  const emulatorHost = config.SECRET_MANAGER_EMULATOR_HOST;
  return secretManagerSecrets({ projectId: config.GOOGLE_CLOUD_PROJECT, ...(emulatorHost && { emulatorHost }) });
}
