/** `npm run keys:rotate`: puts a new key first, then moves all connections to it. Neither stops anything. */

import { keyringName, newSealingKey } from '../shared/adapters/jose-sealer.ts';
import { rotateKeyring } from '../shared/tokens/keyring.ts';
import { resealAll } from '../shared/tokens/reseal.ts';
import { newKeyId, operate } from './operate.ts';

await operate(async ({ secrets, ports }) => {
  const now = ports.clock.now();
  const key = { ...newSealingKey(newKeyId(now)), iat: Math.floor(now / 1000) };
  const { keys } = await rotateKeyring(secrets, keyringName, key);
  const { seen, changed, unreadable } = await resealAll(ports);
  return [
    `keys, the first seals: ${keys.map(({ kid }) => kid).join(', ')}`,
    `connections: ${seen}, resealed: ${changed}, unreadable: ${unreadable}`,
    'Instances may seal by the key before for 5 minutes more: then npm run keys:reseal moves the last; npm run keys:prune takes old keys away.',
  ];
});
