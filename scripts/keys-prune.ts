/**
 * `npm run keys:prune [-- --leaked]`: takes away the keys that no connection is sealed by any more, 15 weeks after they were
 * replaced (until then a backup may need them), or with `--leaked` an hour after.
 */

import { parseArgs } from 'node:util';
import { keyOf, keyringName } from '../shared/adapters/jose-sealer.ts';
import { inBackups, pruneKeyring, stillSeals } from '../shared/tokens/keyring.ts';
import { operate } from './operate.ts';

const { values } = parseArgs({ options: { leaked: { type: 'boolean', default: false } } });
await operate(async ({ secrets, ports: { store, clock } }) => {
  const replacedFor = values.leaked ? stillSeals : inBackups;
  const { kept, removed } = await pruneKeyring({ store, clock, secrets }, keyringName, keyOf, replacedFor);
  return [`kept: ${kept.join(', ')}`, `removed: ${removed.join(', ') || 'none'}`];
});
