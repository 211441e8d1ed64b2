/** When people may be removed without asking: the last of the four proofs. Pure. */

import type { HoldReason, SyncSettings } from './sync-run.ts';

export interface RemovalFacts {
  /** Absent from a complete scan, and confirmed by Webex. */
  gone: number;
  /** Stored when the run began. */
  known: number;
  /** Whom the scan has found. */
  scanned: number;
  /** Whom Webex has shown in this run: those, and who was asked about by id. */
  present: number;
  /** How many SCIM knows of; absent where it may not be asked. */
  total?: number;
}

/** Why the removals must wait for a decision; undefined when they may be done. */
export function holdReason(facts: RemovalFacts, settings: SyncSettings): HoldReason | undefined {
  const { gone, known, scanned, present, total } = facts;
  if (gone === 0) return undefined;
  if (scanned === 0) return 'empty_organization';
  if (gone > settings.heldAbove) return 'many';
  if (gone > settings.heldAbovePeople && gone > known * settings.heldAboveShare) return 'many';
  if (settings.checkTotal && total !== undefined && total > present) return 'total_differs';
  return undefined;
}
