/** `npm run keys:init`: makes the keyring with its first key. Refuses where there is one. */

import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { initKeyring } from '../shared/keyring.ts';
import { newKeyId, operate } from './operate.ts';

await operate(async ({ secrets, outside }) => {
  const now = outside.clock.now();
  const key = { ...newSealingKey(newKeyId(now)), iat: Math.floor(now / 1000) };
  await initKeyring(secrets, keyringName, key);
  return [`${keyringName} has the key ${key.kid}`];
});
