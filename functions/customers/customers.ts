/** The HTTP function `customers`: the table of its operations, and the router made of it. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import type { Callers, Outside } from '../../shared/ports.ts';
import { aboutOperations } from './about.ts';
import { actionOperations } from './actions.ts';
import { bulkOperations } from './bulk.ts';
import { historyOperations } from './history.ts';
import type { Operation } from './operation.ts';
import { recordOperations } from './records.ts';
import { router } from './router.ts';
import { syncOperations } from './syncs.ts';
import { userOperations } from './users.ts';

/** Every operation of the API. Fixed paths stand before those with an id in their place. */
export function operationsOf(outside: Outside): Operation[] {
  const operations: Operation[] = [
    ...aboutOperations(() => operations),
    ...bulkOperations(outside),
    ...recordOperations(outside),
    ...actionOperations(outside),
    ...syncOperations(outside),
    ...userOperations(outside),
    ...historyOperations(outside),
  ];
  return operations;
}

export function customers(outside: Outside, callers: Callers): HttpFunction {
  return router(operationsOf(outside), callers, outside);
}
