/** `npm run keys:rotate`: puts a new key first, then moves all connections to it. Neither stops anything. */

import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { rotateKeyring } from '../shared/keyring.ts';
import { resealAll } from '../shared/reseal.ts';
import { newKeyId, operate } from './operate.ts';

await operate(async ({ secrets, outside }) => {
  const now = outside.clock.now();
  const key = { ...newSealingKey(newKeyId(now)), iat: Math.floor(now / 1000) };
  const { keys } = await rotateKeyring(secrets, keyringName, key);
  const { seen, changed, unreadable } = await resealAll(outside);
  return [
    `keys, the first seals: ${keys.map(({ kid }) => kid).join(', ')}`,
    `connections: ${seen}, resealed: ${changed}, unreadable: ${unreadable}`,
    'Instances may seal by the key before for 5 minutes more: then npm run keys:reseal moves the last; npm run keys:prune takes old keys away.',
  ];
});
