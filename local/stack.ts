/**
 * `npm start`: the four functions on one port with an embedded store and a local queue, and a stand-in for Webex beside them.
 * With WEBEX_CLIENT_ID and WEBEX_CLIENT_SECRET the functions talk to the real Webex.
 */

import { sqliteStore } from '../shared/adapters/local/sqlite-store.ts';
import { Failure } from '../shared/domain/failure.ts';
import { parseCommandLine } from './command-line.ts';
import { checkData } from './data-checks.ts';
import { lockData } from './data-lock.ts';
import { startEmulators } from './emulators.ts';
import { localEnvironment, localFolder } from './environment.ts';
import { startFunctions } from './functions.ts';
import { endLeases } from './leases.ts';
import { createTopic } from './pubsub-emulator.ts';
import { connectSamples } from './samples.ts';
import { type Integration, prepareSecrets } from './secrets.ts';
import { sampleClient } from './webex/sample.ts';
import { startWebex } from './webex/server.ts';

type Closers = (() => Promise<unknown>)[];

/** Starts everything and adds what it has started to `closers`, latest first, even when a later step fails. */
async function start(closers: Closers): Promise<void> {
  const { emulators } = parseCommandLine({
    command: 'npm start',
    purpose: `Starts the local stack. PORT sets its port; its data is in ${localFolder}.`,
    options: {
      emulators: { type: 'boolean', help: 'Use the official Firestore and Pub/Sub emulators instead of SQLite.' },
    },
  });
  const url = `http://localhost:${readPort()}`;
  const integration = readIntegration();
  checkData(localFolder);
  const lock = lockData(localFolder, url);
  closers.unshift(async () => lock.release());
  const env: Record<string, string | undefined> = { ...process.env };
  if (!integration) {
    const client = { ...sampleClient, redirectUris: [`${url}/webex_teams_oauth/callback`] };
    const webex = await startWebex({ clients: [client], file: `${localFolder}/webex.json` });
    closers.unshift(webex.close);
    env.WEBEX_API_URL = `${webex.url}/v1`;
  }
  if (emulators) Object.assign(env, await useEmulators(url, closers));
  else await takeOver();

  const stack = await startFunctions(readPort(), env);
  closers.unshift(stack.close);
  const [clientSecret = ''] = sampleClient.clientSecrets;
  await prepareSecrets(stack.composition.secrets, integration ?? { clientId: sampleClient.clientId, clientSecret });

  await stack.tick();
  if (!integration) await connectSamples(stack, (line) => console.log(line));
  console.log(`Token page:  ${stack.url}/webex_teams_oauth`);
  console.log(`API:         ${stack.url}/customers/docs   (for a token: npm run --silent local:token)`);
  console.log(`Webex:       ${integration ? stack.config.WEBEX_API_URL : new URL(stack.config.WEBEX_API_URL).origin}`);
  console.log(`ready: ${stack.url}`);
}

function readPort(): number {
  const port = Number(process.env.PORT ?? '8080');
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Failure('configuration_invalid', 'PORT is not a port number from 1 to 65535.');
}

/** The real Webex is used only when it is asked for completely: half of the settings must not silently start the stand-in. */
function readIntegration(): Integration | undefined {
  const { WEBEX_CLIENT_ID: clientId, WEBEX_CLIENT_SECRET: clientSecret } = process.env;
  if (clientId && clientSecret) return { clientId, clientSecret };
  if (!clientId && !clientSecret) return undefined;
  const missing = clientId ? 'WEBEX_CLIENT_SECRET' : 'WEBEX_CLIENT_ID';
  throw new Failure(
    'configuration_invalid',
    `${missing} is not set. Set both for the real Webex, neither for the stand-in.`,
  );
}

/** With the lock held, every lease in the store belongs to a process that has ended. Without this, a start would wait for them. */
async function takeOver(): Promise<void> {
  const file = process.env.SQLITE_FILE ?? localEnvironment('').SQLITE_FILE!;
  const store = sqliteStore({ file });
  const ended = await endLeases(store);
  await store.close();
  if (ended > 0)
    console.log(
      `Continuing the work that was interrupted at the last stop (${ended} ${ended === 1 ? 'lease' : 'leases'}).`,
    );
}

/** The official emulators instead of the embedded store and queue. They lose their data when they stop. */
async function useEmulators(url: string, closers: Closers): Promise<Record<string, string>> {
  const emulators = await startEmulators();
  if (!emulators) {
    throw new Failure(
      'configuration_invalid',
      'The emulators are not installed. They need the Google Cloud CLI with its Firestore and Pub/Sub emulators, and Java.',
    );
  }
  closers.unshift(emulators.stop);
  await createTopic(emulators.pubsubHost, 'local', 'sync-users', `${url}/sync_users`);
  await createTopic(emulators.pubsubHost, 'local', 'customer-events');
  return {
    STORE: 'firestore',
    QUEUE: 'pubsub',
    FIRESTORE_EMULATOR_HOST: emulators.firestoreHost,
    PUBSUB_EMULATOR_HOST: emulators.pubsubHost,
  };
}

export async function main(): Promise<void> {
  const closers: Closers = [];
  let stopping = false;
  const stop = async (code: number) => {
    stopping = true;
    for (const close of closers.splice(0)) await close();
    process.exit(code);
  };
  process.once('SIGINT', () => stop(0));
  process.once('SIGTERM', () => stop(0));
  try {
    await start(closers);
  } catch (error) {
    // A start that is being stopped loses its server and its store under its feet.
    if (stopping) return;
    console.error(error instanceof Failure ? error.message : error);
    await stop(1);
  }
}
