/**
 * `npm start`: the four functions on one port with an embedded store and a local queue, and a stand-in for Webex beside them.
 * With WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET the functions talk to the real Webex.
 */

import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { localSignerName } from '../shared/adapters/local/callers.ts';
import { integrationName } from '../shared/adapters/webex/integration.ts';
import { codeOf, Failure } from '../shared/domain/failure.ts';
import { Secret } from '../shared/domain/secret.ts';
import type { Secrets } from '../shared/ports.ts';
import { startEmulators } from './emulators.ts';
import { localFolder } from './environment.ts';
import { startFunctions } from './functions.ts';
import { createTopic } from './pubsub-emulator.ts';
import { connectSamples } from './samples.ts';
import { sampleClient } from './webex/sample.ts';
import { startWebex } from './webex/server.ts';

/** Secrets of this machine, made on the first start. */
async function prepareSecrets(
  secrets: Secrets,
  integration: { clientId: string; clientSecret: string },
): Promise<void> {
  const missing = (name: string) =>
    secrets.read(name).then(
      () => false,
      (error) => codeOf(error) === 'secret_missing',
    );
  const add = (name: string, value: string) => secrets.add(name, new Secret(value));
  if (await missing(keyringName)) await add(keyringName, JSON.stringify({ keys: [newSealingKey('local-1')] }));
  if (await missing(localSignerName)) await add(localSignerName, crypto.randomUUID() + crypto.randomUUID());
  const { clientId, clientSecret } = integration;
  await add(integrationName, JSON.stringify({ client_id: clientId, client_secrets: [clientSecret] }));
}

/** Starts what `values` and the environment ask for; what it started is in `closing`, latest first, even when it fails. */
async function start(closing: (() => Promise<unknown>)[]): Promise<void> {
  const { values } = parseArgs({ options: { emulators: { type: 'boolean', default: false } } });
  const { PORT = '8080', WEBEX_CLIENT_ID, WEBEX_CLIENT_SECRET } = process.env;
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Failure('configuration_invalid', 'PORT is not a port number from 1 to 65535.');
  }
  mkdirSync(localFolder, { recursive: true });
  const url = `http://localhost:${port}`;
  const env: Record<string, string | undefined> = { ...process.env };

  const real = WEBEX_CLIENT_ID && WEBEX_CLIENT_SECRET;
  if (!real) {
    const client = { ...sampleClient, redirectUris: [`${url}/webex_teams_oauth/callback`] };
    const webex = await startWebex({ clients: [client], file: `${localFolder}/webex.json` });
    env.WEBEX_API_URL = `${webex.url}/v1`;
    closing.unshift(webex.close);
  }
  if (values.emulators) Object.assign(env, await useEmulators(url, closing));

  const stack = await startFunctions(port, env);
  closing.unshift(stack.close);
  const integration = real
    ? { clientId: WEBEX_CLIENT_ID, clientSecret: WEBEX_CLIENT_SECRET }
    : { clientId: sampleClient.clientId, clientSecret: sampleClient.clientSecrets[0]! };
  await prepareSecrets(stack.composition.secrets, integration);

  await stack.tick();
  if (!real) await connectSamples(stack, (line) => console.log(line));
  console.log(`token page:  ${stack.url}/webex_teams_oauth`);
  console.log(`customers:   ${stack.url}/customers   (a token: npm run --silent local:token)`);
  console.log(`Webex:       ${stack.config.WEBEX_API_URL}`);
  console.log(`ready: ${stack.url}`);
}

/** The official emulators in place of the embedded store and queue; what they hold is gone when they end. */
async function useEmulators(url: string, closing: (() => Promise<unknown>)[]): Promise<Record<string, string>> {
  const emulators = await startEmulators();
  if (!emulators) {
    throw new Failure('configuration_invalid', 'The emulators of the Google Cloud CLI, or Java, are not here.');
  }
  closing.unshift(emulators.stop);
  await createTopic(emulators.pubsubHost, 'local', 'sync-users', `${url}/sync_users`);
  await createTopic(emulators.pubsubHost, 'local', 'customer-events');
  return {
    STORE: 'firestore',
    QUEUE: 'pubsub',
    FIRESTORE_EMULATOR_HOST: emulators.firestoreHost,
    PUBSUB_EMULATOR_HOST: emulators.pubsubHost,
  };
}

async function main(): Promise<void> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (code: number) => {
    for (const close of closing.splice(0)) await close();
    process.exit(code);
  };
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));
  try {
    await start(closing);
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    await stop(1);
  }
}

if (import.meta.main) await main();
