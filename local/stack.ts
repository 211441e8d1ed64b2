/**
 * The local stack in one command: the four functions on one port with the framework's real middleware, an embedded store, a
 * local queue and clock, and a stand-in for Webex. With WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET it talks to the real Webex.
 */

// Google's libraries would ask the metadata server of a cloud machine, and warn that there is none.
process.env.METADATA_SERVER_DETECTION ??= 'none';

import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { parseArgs } from 'node:util';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { pino } from 'pino';
import { customers } from '../functions/customers/customers.ts';
import { refreshTokens } from '../functions/refresh_tokens/refresh_tokens.ts';
import { syncUsers } from '../functions/sync_users/sync_users.ts';
import { webexTeamsOauth } from '../functions/webex_teams_oauth/webex_teams_oauth.ts';
import { cloudLog } from '../shared/adapters/google/cloud-log.ts';
import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { localSignerName } from '../shared/adapters/local/callers.ts';
import { integrationName } from '../shared/adapters/webex/integration.ts';
import { type Composition, compose } from '../shared/compose.ts';
import { type Config, parseConfig } from '../shared/config.ts';
import { codeOf, Failure } from '../shared/domain/failure.ts';
import { Secret } from '../shared/domain/secret.ts';
import { answerUnparsed } from '../shared/http/framework-errors.ts';
import type { Secrets } from '../shared/ports.ts';
import { localSides } from './adapters.ts';
import { startEmulators } from './emulators.ts';
import { createTopic } from './pubsub-emulator.ts';
import { connectSamples } from './samples.ts';
import { sampleClient } from './webex/sample.ts';
import { startWebex } from './webex/server.ts';

const folder = '.local';
const names = ['webex_teams_oauth', 'customers', 'refresh_tokens', 'sync_users'];
/** As Cloud Scheduler does in the deployment. */
const refreshEveryMs = 3_600_000;
const syncEveryMs = 600_000;

export interface LocalStack {
  url: string;
  config: Config;
  composition: Composition;
  /** Calls `refresh_tokens` as Scheduler would; resolves with its answer. */
  tick(): Promise<unknown>;
  close(): Promise<void>;
}

/** The environment that the local stack has where the real one says nothing. */
export function localEnvironment(url: string): Record<string, string> {
  return {
    STORE: 'sqlite',
    SQLITE_FILE: `${folder}/store.db`,
    SECRETS: 'file',
    SECRETS_FOLDER: `${folder}/secrets`,
    QUEUE: 'local',
    QUEUE_FILE: `${folder}/queue.db`,
    QUEUE_ENDPOINT: `${url}/sync_users/projects/local/topics/sync-users`,
    CALLERS: 'local',
    CALLER_AUDIENCE: `${url}/customers`,
    OAUTH_URL: `${url}/webex_teams_oauth`,
  };
}

/** Starts the four functions on one port of the loopback. `env` as in the configuration. */
export async function startFunctions(port: number, env: Record<string, string | undefined>): Promise<LocalStack> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Failure('configuration_invalid', `PORT ${port} is in use by another program; set PORT to a free one.`);
  });
  const address = server.address() as { port: number };
  const url = `http://localhost:${address.port}`;
  const config = parseConfig({ ...localEnvironment(url), ...env });
  const dest = env.LOG_FILE ?? `${folder}/log.jsonl`;
  const log = cloudLog('local', { destination: pino.destination({ dest, mkdir: true, sync: true }) });
  const composition = compose(config, log, localSides);
  const { ports, callers } = composition;
  http('webex_teams_oauth', webexTeamsOauth(ports));
  http('customers', customers(ports, callers));
  http('refresh_tokens', refreshTokens(ports, config.REFRESH_CONCURRENCY));
  cloudEvent('sync_users', syncUsers(ports));
  const served = new Map(names.map((name) => [name, getTestServer(name)]));
  answerUnparsed(served.get('customers')!, log);
  route(server, served);
  const call = async (job: string) => (await fetch(`${url}/refresh_tokens${job}`, { method: 'POST' })).json();
  const tick = () => call('/');
  const every = (ms: number, job: string) =>
    setInterval(() => call(job).catch((error) => log.error('local_clock', { code: codeOf(error) })), ms);
  const clocks = [every(refreshEveryMs, '/'), every(syncEveryMs, '/sync')];
  return {
    url,
    config,
    composition,
    tick,
    async close() {
      for (const clock of clocks) clearInterval(clock);
      server.close();
      server.closeAllConnections();
      await composition.close();
    },
  };
}

/** Each function answers under its name, and sees the path behind it, as on cloudfunctions.net. */
function route(server: Server, functions: Map<string, Server>): void {
  server.on('request', (request, response) => {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? [];
    const target = functions.get(name);
    if (!target) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`There are: ${names.join(', ')}\n`);
      return;
    }
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    target.emit('request', request, response);
  });
}

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
  mkdirSync(folder, { recursive: true });
  const url = `http://localhost:${port}`;
  const env: Record<string, string | undefined> = { ...process.env };

  const real = WEBEX_CLIENT_ID && WEBEX_CLIENT_SECRET;
  if (!real) {
    const client = { ...sampleClient, redirectUris: [`${url}/webex_teams_oauth/callback`] };
    const webex = await startWebex({ clients: [client], file: `${folder}/webex.json` });
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
