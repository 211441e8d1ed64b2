/** What the operator's scripts start with: the deployment in GOOGLE_CLOUD_PROJECT, or the local stack without it. */

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { localAdapters } from '../local/adapters.ts';
import { localEnvironment } from '../local/environment.ts';
import { cloudLog } from '../shared/adapters/google/cloud-log.ts';
import { type Composition, compose } from '../shared/compose.ts';
import { parseConfig } from '../shared/config.ts';
import { Failure } from '../shared/domain/failure.ts';

/**
 * Does the work and prints what it answers, a line each. A failure ends the process with its message and status 1.
 */
export async function operate(work: (composition: Composition) => Promise<string[]>): Promise<void> {
  try {
    const local = localEnvironment('http://localhost:8080');
    // Addresses that no script calls, but every configuration has.
    const { CALLER_AUDIENCE, OAUTH_URL } = local;
    const unsaid = process.env.GOOGLE_CLOUD_PROJECT ? { CALLER_AUDIENCE, OAUTH_URL } : local;
    const config = parseConfig({ ...unsaid, ...process.env });
    if (config.STORE === 'sqlite') mkdirSync(dirname(config.SQLITE_FILE), { recursive: true });
    const composition = compose(config, cloudLog('operator'), localAdapters);
    try {
      for (const line of await work(composition)) console.log(line);
    } finally {
      await composition.close();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** A name for a new key that no other has: when it was made, and chance. */
export function newKeyId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 10)}-${crypto.randomUUID().slice(0, 8)}`;
}
