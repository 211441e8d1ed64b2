/** The HTTP function `customers`: the table of its endpoints, and the router made from it. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import { guardFunction } from '../../shared/http/request-guard.ts';
import type { Callers, Ports } from '../../shared/ports.ts';
import type { Endpoint } from './api/endpoint.ts';
import { router } from './api/router.ts';
import { aboutEndpoints } from './endpoints/about.ts';
import { actionEndpoints } from './endpoints/actions.ts';
import { historyEndpoints } from './endpoints/history.ts';
import { operationEndpoints } from './endpoints/operations.ts';
import { recordEndpoints } from './endpoints/records.ts';
import { syncEndpoints } from './endpoints/syncs.ts';
import { userEndpoints } from './endpoints/users.ts';

/** Every endpoint of the API. Fixed paths stand before those that hold an id in their place. */
export const endpoints: Endpoint[] = [
  ...aboutEndpoints,
  ...operationEndpoints,
  ...recordEndpoints,
  ...actionEndpoints,
  ...syncEndpoints,
  ...userEndpoints,
  ...historyEndpoints,
];

export function customers(ports: Ports, callers: Callers): HttpFunction {
  guardFunction(ports.log);
  return router(endpoints, callers, ports);
}
