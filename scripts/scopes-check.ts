/** `npm run scopes:check`: marks the connections that lack a scope of WEBEX_SCOPES. */

import { recheckScopes } from '../shared/tokens/recheck-scopes.ts';
import { runCommand } from './operator/command.ts';

const usage = {
  command: 'npm run scopes:check',
  purpose:
    'Marks the connections that lack a scope of WEBEX_SCOPES. Run it after a change of WEBEX_SCOPES: otherwise a connection is marked at its next refresh.',
};

await runCommand(usage, async ({ ports }) => [`Connections that lack a required scope: ${await recheckScopes(ports)}`]);
