/** Creates the secrets that the local stack needs: random ones at its first start, the integration's at every start. */

import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { localSignerName } from '../shared/adapters/local/callers.ts';
import { integrationName } from '../shared/adapters/webex/integration.ts';
import { codeOf } from '../shared/domain/failure.ts';
import { Secret } from '../shared/domain/secret.ts';
import type { Secrets } from '../shared/ports.ts';

export interface Integration {
  clientId: string;
  clientSecret: string;
}

export async function prepareSecrets(secrets: Secrets, { clientId, clientSecret }: Integration): Promise<void> {
  const add = (name: string, value: string) => secrets.add(name, new Secret(value));
  if (await isMissing(secrets, keyringName)) {
    await add(keyringName, JSON.stringify({ keys: [newSealingKey('local-1')] }));
  }
  if (await isMissing(secrets, localSignerName)) await add(localSignerName, crypto.randomUUID() + crypto.randomUUID());
  await add(integrationName, JSON.stringify({ client_id: clientId, client_secrets: [clientSecret] }));
}

function isMissing(secrets: Secrets, name: string): Promise<boolean> {
  return secrets.read(name).then(
    () => false,
    (error) => {
      if (codeOf(error) === 'secret_missing') return true;
      throw error;
    },
  );
}
