/** `npm run scopes:check`: after a change of WEBEX_SCOPES, marks the customers that lack a scope, sooner than their refresh would. */

import { recheckScopes } from '../shared/tokens/recheck-scopes.ts';
import { operate } from './operate.ts';

await operate(async ({ ports }) => [`connections that lack a required scope: ${await recheckScopes(ports)}`]);
