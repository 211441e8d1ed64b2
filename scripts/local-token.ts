/** `npm run --silent local:token -- --role administrator --hierarchy sys`: prints a bearer token for the local API. */

import { parseArgs } from 'node:util';
import { localEnvironment } from '../local/environment.ts';
import { signLocalToken } from '../shared/adapters/local/callers.ts';
import { fileSecrets } from '../shared/adapters/local/file-secrets.ts';
import { parseConfig } from '../shared/config.ts';
import { type Role, roles } from '../shared/domain/caller.ts';

const { values } = parseArgs({
  options: {
    role: { type: 'string', default: 'administrator' },
    hierarchy: { type: 'string', default: 'sys' },
    port: { type: 'string', default: process.env.PORT ?? '8080' },
  },
});
const role = roles.find((name) => name === values.role);
if (!role) {
  console.error(`--role is one of ${roles.join(', ')}`);
  process.exit(2);
}
const config = parseConfig({ ...localEnvironment(`http://localhost:${values.port}`), ...process.env });
const secrets = fileSecrets({ folder: config.SECRETS_FOLDER });
const caller = { id: `${role satisfies Role}@localhost`, grants: [{ hierarchy: values.hierarchy, role }] };
console.log((await signLocalToken(secrets, config.CALLER_AUDIENCE, caller)).reveal());
