/** `npm run scopes:check`: after a change of WEBEX_SCOPES, marks the customers that lack a scope, sooner than their refresh would. */

import { recheckScopes } from '../shared/reseal.ts';
import { operate } from './operate.ts';

await operate(async ({ outside }) => [`connections that lack a required scope: ${await recheckScopes(outside)}`]);
