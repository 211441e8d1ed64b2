/** Whether the person who authorized a connection still has the account and role that its tokens depend on. Pure. */

import type { EventDraft } from './event.ts';
import type { Person } from './person.ts';
import { bareId } from './webex-id.ts';

export type AuthorizerRisk = 'deactivated' | 'role_lost' | 'disappeared';

/** How the last sync saw the authorizer. */
export interface SeenAuthorizer {
  id: string;
  /** Whether they have been a full administrator. Losing that role ends the grant. */
  fullAdmin: boolean;
  risk?: AuthorizerRisk;
}

/**
 * The authorizer after a sync saw them, or Webex confirmed them gone, and a warning when their state is worse than before.
 * @see https://developer.webex.com/docs/integrations
 */
export function authorizerAfterSight(
  before: SeenAuthorizer | undefined,
  id: string,
  sight: Person | 'gone',
): { authorizer: SeenAuthorizer; events: EventDraft[] } {
  const known = before?.id === id ? before : { id, fullAdmin: false };
  const isFullAdmin = sight !== 'gone' && sight.roles.some((role) => bareId(role) === 'id_full_admin');
  const risk = riskOf(sight, known.fullAdmin, isFullAdmin);
  const authorizer = { id, fullAdmin: known.fullAdmin || isFullAdmin, ...(risk && { risk }) };
  const isNews = risk !== undefined && risk !== known.risk;
  return { authorizer, events: isNews ? [{ type: 'authorizer_at_risk', facts: { reason: risk, person: id } }] : [] };
}

function riskOf(sight: Person | 'gone', wasFullAdmin: boolean, isFullAdmin: boolean): AuthorizerRisk | undefined {
  if (sight === 'gone') return 'disappeared';
  if (sight.loginEnabled === false) return 'deactivated';
  if (sight.roles.length === 0 || (wasFullAdmin && !isFullAdmin)) return 'role_lost';
  return undefined;
}
