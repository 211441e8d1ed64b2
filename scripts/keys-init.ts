/** `npm run keys:init`: makes the keyring with its first key. Refuses where there is one. */

import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { initKeyring } from '../shared/tokens/keyring.ts';
import { newKeyId, operate } from './operate.ts';

await operate(async ({ secrets, ports }) => {
  const now = ports.clock.now();
  const key = { ...newSealingKey(newKeyId(now)), iat: Math.floor(now / 1000) };
  await initKeyring(secrets, keyringName, key);
  return [`${keyringName} has the key ${key.kid}`];
});
