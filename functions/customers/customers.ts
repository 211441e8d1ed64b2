/** The HTTP function `customers`: the table of its operations, and the router made of it. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import { guardFunction } from '../../shared/http/request-guard.ts';
import type { Callers, Ports } from '../../shared/ports.ts';
import type { Operation } from './api/endpoint.ts';
import { router } from './api/router.ts';
import { aboutOperations } from './endpoints/about.ts';
import { actionOperations } from './endpoints/actions.ts';
import { historyOperations } from './endpoints/history.ts';
import { bulkOperations } from './endpoints/operations.ts';
import { recordOperations } from './endpoints/records.ts';
import { syncOperations } from './endpoints/syncs.ts';
import { userOperations } from './endpoints/users.ts';

/** Every operation of the API. Fixed paths stand before those with an id in their place. */
export function operationsOf(ports: Ports): Operation[] {
  const operations: Operation[] = [
    ...aboutOperations(() => operations),
    ...bulkOperations(ports),
    ...recordOperations(ports),
    ...actionOperations(ports),
    ...syncOperations(ports),
    ...userOperations(ports),
    ...historyOperations(ports),
  ];
  return operations;
}

export function customers(ports: Ports, callers: Callers): HttpFunction {
  guardFunction(ports.log);
  return router(operationsOf(ports), callers, ports);
}
