/** When people may be removed without a decision: the last of the four conditions of a removal. Pure. */

import type { HoldReason, SyncSettings } from './sync-run.ts';

export interface RemovalFacts {
  /** People absent from a complete scan and confirmed gone by Webex. */
  gone: number;
  /** People stored when the run started. */
  known: number;
  /** People found by the scan. */
  scanned: number;
  /** People that Webex has returned in this run, in the scan or in look-ups by id. */
  present: number;
  /** People by SCIM's count, without its known surplus; absent when SCIM cannot be read. */
  total?: number;
}

/** Why the removals must wait for a decision; undefined when they may be carried out. */
export function holdReason(facts: RemovalFacts, settings: SyncSettings): HoldReason | undefined {
  const { gone, known, scanned, present, total } = facts;
  if (gone === 0) return undefined;
  if (scanned === 0) return 'empty_organization';
  if (gone > settings.heldAbove) return 'many';
  if (gone > settings.heldAbovePeople && gone > known * settings.heldAboveShare) return 'many';
  if (settings.checkTotal && total !== undefined && total > present) return 'total_differs';
  return undefined;
}
