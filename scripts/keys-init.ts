/** `npm run keys:init`: creates the keyring with its first key. */

import { keyringName } from '../shared/adapters/jose-sealer.ts';
import { initKeyring } from '../shared/tokens/keyring.ts';
import { runCommand } from './operator/command.ts';
import { newKey } from './operator/keys.ts';

const usage = {
  command: 'npm run keys:init',
  purpose: 'Creates the keyring with its first key. Refuses if a keyring exists.',
};

await runCommand(usage, async ({ secrets, ports }) => {
  const key = newKey(ports.clock.now());
  await initKeyring(secrets, keyringName, key);
  return [`Created ${keyringName} with the key ${key.kid}.`];
});
