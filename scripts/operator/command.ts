/** Runs an operator's command against the deployment in GOOGLE_CLOUD_PROJECT, or against the local stack. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pino } from 'pino';
import { localAdapters } from '../../local/adapters.ts';
import { exitWithUsage, parseCommandLine, type Usage, type Values } from '../../local/command-line.ts';
import { localEnvironment, localFolder } from '../../local/environment.ts';
import { cloudLog } from '../../shared/adapters/google/cloud-log.ts';
import { type Composition, compose } from '../../shared/compose.ts';
import { type Config, parseConfig } from '../../shared/config.ts';
import { Failure } from '../../shared/domain/failure.ts';

type Known = NonNullable<Usage<Record<string, { type: 'string' | 'boolean'; help: string }>>['options']>;

const yes = { type: 'boolean', help: 'Do not ask before changing a deployment.' } as const;

/**
 * Names the deployment, asks before it changes a real one, runs the work and prints the lines that it returns.
 * A `Failure` ends the process with its message and status 1.
 */
export async function runCommand<Own extends Known = Record<never, Known[string]>>(
  usage: Usage<Own>,
  work: (composition: Composition, values: Values<Own>) => Promise<string[]>,
): Promise<void> {
  const values = parseCommandLine({ ...usage, options: { ...usage.options, yes } as Own & { yes: typeof yes } });
  try {
    const config = readConfig();
    const deployment = describeDeployment(config);
    console.log(`Deployment: ${deployment}`);
    if (isReal(config)) {
      if (!values.yes) await confirm(usage.command);
      await requireCredentials();
    }
    const composition = compose(
      config,
      cloudLog('operator', { destination: pino.destination({ dest: 2, sync: true }) }),
      localAdapters,
    );
    try {
      for (const line of await work(composition, values)) console.log(line);
    } finally {
      await composition.close();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function readConfig(): Config {
  const local = localEnvironment('http://localhost:8080');
  // Every configuration needs these addresses, although no command calls them.
  const { CALLER_AUDIENCE, OAUTH_URL } = local;
  const defaults = process.env.GOOGLE_CLOUD_PROJECT ? { CALLER_AUDIENCE, OAUTH_URL } : local;
  const config = parseConfig({ ...defaults, ...process.env });
  if (config.STORE === 'sqlite' && !existsSync(config.SQLITE_FILE)) {
    const where = `There is no local stack in ${resolve(localFolder)}: npm start creates one.`;
    throw new Failure('configuration_invalid', `${where} To work on a deployment, set GOOGLE_CLOUD_PROJECT.`);
  }
  return config;
}

function describeDeployment(config: Config): string {
  if (config.STORE === 'sqlite')
    return `the local stack in ${resolve(localFolder)} (set GOOGLE_CLOUD_PROJECT to work on another)`;
  const emulator = config.FIRESTORE_EMULATOR_HOST ? `, emulator at ${config.FIRESTORE_EMULATOR_HOST}` : '';
  return `project ${config.GOOGLE_CLOUD_PROJECT}, database ${config.FIRESTORE_DATABASE ?? '(default)'}${emulator}`;
}

const isReal = (config: Config) => config.STORE === 'firestore' && !config.FIRESTORE_EMULATOR_HOST;

async function confirm(command: string): Promise<void> {
  if (!process.stdin.isTTY)
    exitWithUsage(command, 'This command changes a deployment: add --yes to run it in a script');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('This command changes the deployment. Continue? [y/N] ');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('configuration_invalid', 'Nothing was changed.');
}

/** Asks first, because a missing login otherwise shows as an outage of the secrets or the store. */
async function requireCredentials(): Promise<void> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  await auth.getAccessToken().catch((error: Error) => {
    const login = 'Log in first: gcloud auth application-default login';
    throw new Failure('configuration_invalid', `The Google Cloud credentials are missing or have expired. ${login}`, {
      cause: error.message,
    });
  });
}
