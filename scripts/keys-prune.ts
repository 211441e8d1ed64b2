/** `npm run keys:prune`: removes sealing keys that no stored text needs. */

import { keyOf, keyringName } from '../shared/adapters/jose-sealer.ts';
import { inBackups, pruneKeyring, stillSeals } from '../shared/tokens/keyring.ts';
import { runCommand } from './operator/command.ts';

const usage = {
  command: 'npm run keys:prune',
  purpose:
    'Removes keys that seal no document and were replaced more than 15 weeks ago. Until then a backup may need them.',
  options: {
    leaked: { type: 'boolean', help: 'Remove keys that were replaced more than an hour ago.' },
  },
} as const;

await runCommand(usage, async ({ secrets, ports: { store, clock } }, { leaked }) => {
  const replacedFor = leaked ? stillSeals : inBackups;
  const { kept, removed } = await pruneKeyring({ store, clock, secrets }, keyringName, keyOf, replacedFor);
  return [`Kept: ${kept.join(', ')}`, `Removed: ${removed.join(', ') || 'none'}`];
});
