/** `npm run --silent local:token`: prints a bearer token for the API of the local stack. */

import { exitWithUsage, parseCommandLine } from '../local/command-line.ts';
import { lastAddress } from '../local/data-lock.ts';
import { localEnvironment, localFolder } from '../local/environment.ts';
import { signLocalToken } from '../shared/adapters/local/callers.ts';
import { fileSecrets } from '../shared/adapters/local/file-secrets.ts';
import { parseConfig } from '../shared/config.ts';
import { roles } from '../shared/domain/caller.ts';
import { codeOf } from '../shared/domain/failure.ts';

const command = 'npm run --silent local:token';
const values = parseCommandLine({
  command,
  purpose: 'Prints a bearer token for the API of the local stack, valid for 12 hours.',
  options: {
    role: { type: 'string', default: 'administrator', help: `One of ${roles.join(', ')}.` },
    hierarchy: { type: 'string', default: 'sys', help: 'The node that the token gives access to.' },
    port: { type: 'string', help: 'The port of the local stack, if it is not the one that was started last.' },
  },
});
const role = roles.find((name) => name === values.role) ?? exitWithUsage(command, `There is no role '${values.role}'`);
const port = values.port ?? process.env.PORT;
const url = port ? `http://localhost:${port}` : (lastAddress(localFolder) ?? 'http://localhost:8080');
const config = parseConfig({ ...localEnvironment(url), ...process.env });
const secrets = fileSecrets({ folder: config.SECRETS_FOLDER });
const caller = { id: `${role}@localhost`, grants: [{ hierarchy: values.hierarchy, role }] };
const token = await signLocalToken(secrets, config.CALLER_AUDIENCE, caller).catch((error) => {
  if (codeOf(error) !== 'secret_missing') throw error;
  console.error('There is no local stack yet: start it with npm start.');
  process.exit(1);
});
console.log(token.reveal());
