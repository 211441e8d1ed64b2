/** Reads the integration that is registered at Webex from its secret: one client id, and the client secrets to try in turn. */

import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Clock, Integration, Secrets } from '../../ports.ts';
import { cached } from '../stale-while-error.ts';

/** The secret's value is JSON: `{"client_id": "…", "client_secrets": ["newest", "older"]}`. */
export const integrationName = 'webex-integration';

/** Running instances use a rotated client secret after this time at the latest. */
const maxAgeMs = 5 * 60_000;

/**
 * Reads the integration at most once in 5 minutes. While it cannot be read again, the last value is used.
 * @throws Failure `configuration_invalid`, `secret_missing`, `secrets_unavailable` when the first read fails
 */
export function integrationReader(secrets: Secrets, clock: Pick<Clock, 'now'>): () => Promise<Integration> {
  return cached(async () => parse((await secrets.read(integrationName)).reveal()), clock.now, maxAgeMs).get;
}

function parse(text: string): Integration {
  try {
    const { client_id: clientId, client_secrets: clientSecrets } = JSON.parse(text) as Record<string, unknown>;
    if (typeof clientId !== 'string' || clientId === '') throw new TypeError('client_id');
    if (!Array.isArray(clientSecrets) || clientSecrets.length === 0) throw new TypeError('client_secrets');
    if (!clientSecrets.every((secret) => typeof secret === 'string' && secret !== '')) throw new TypeError('secret');
    return { clientId, clientSecrets: clientSecrets.map((secret: string) => new Secret(secret)) };
  } catch {
    const form = '{"client_id": "…", "client_secrets": ["…"]}';
    throw new Failure('configuration_invalid', `The secret ${integrationName} must have the form ${form}.`);
  }
}
