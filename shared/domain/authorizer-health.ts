/** Whether the person who authorized a connection can still carry it: the tokens die with their account or role. Pure. */

import type { EventDraft } from './event.ts';
import type { Person } from './person.ts';
import { bareId } from './webex-id.ts';

export type AuthorizerRisk = 'deactivated' | 'role_lost' | 'disappeared';

/** What is remembered of the authorizer from sync to sync. */
export interface AuthorizerWatch {
  id: string;
  /** Was a full administrator at some time: losing that ends the grant. */
  fullAdmin: boolean;
  risk?: AuthorizerRisk;
}

/**
 * What is to be remembered after the authorizer was seen, or proven gone, and the warning: once per occurrence.
 * @see https://developer.webex.com/docs/integrations
 */
export function watchAuthorizer(
  before: AuthorizerWatch | undefined,
  id: string,
  sight: Person | 'gone',
): { watch: AuthorizerWatch; events: EventDraft[] } {
  const known = before?.id === id ? before : { id, fullAdmin: false };
  const isFullAdmin = sight !== 'gone' && sight.roles.some((role) => bareId(role) === 'id_full_admin');
  const risk = riskOf(sight, known.fullAdmin, isFullAdmin);
  const watch = { id, fullAdmin: known.fullAdmin || isFullAdmin, ...(risk && { risk }) };
  const news = risk !== undefined && risk !== known.risk;
  return { watch, events: news ? [{ type: 'authorizer_at_risk', facts: { reason: risk, person: id } }] : [] };
}

function riskOf(sight: Person | 'gone', wasFullAdmin: boolean, isFullAdmin: boolean): AuthorizerRisk | undefined {
  if (sight === 'gone') return 'disappeared';
  if (sight.loginEnabled === false) return 'deactivated';
  if (sight.roles.length === 0 || (wasFullAdmin && !isFullAdmin)) return 'role_lost';
  return undefined;
}
