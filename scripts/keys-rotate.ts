/** `npm run keys:rotate`: adds a sealing key and reseals every document with it. */

import { keyringName } from '../shared/adapters/jose-sealer.ts';
import { rotateKeyring } from '../shared/tokens/keyring.ts';
import { resealAll } from '../shared/tokens/reseal.ts';
import { runCommand } from './operator/command.ts';
import { newKey, resealReport } from './operator/keys.ts';

const usage = {
  command: 'npm run keys:rotate',
  purpose:
    'Adds a sealing key, which seals from now on, and reseals every document with it. The functions keep running.',
};

await runCommand(usage, async ({ secrets, ports }) => {
  const { keys } = await rotateKeyring(secrets, keyringName, newKey(ports.clock.now()));
  return [
    `Keys, newest first: ${keys.map(({ kid }) => kid).join(', ')}`,
    resealReport(await resealAll(ports)),
    'Instances can seal with the previous key for 5 more minutes. Then run npm run keys:reseal.',
    'npm run keys:prune removes old keys.',
  ];
});
