/** Brings `missingScopes` of every connection up to date after a change of WEBEX_SCOPES. It does not call Webex. */

import type { Connection } from '../domain/connection.ts';
import { withMissingScopes } from '../domain/refresh-policy.ts';
import type { Ports } from '../ports.ts';
import { changeConnection, everyConnection } from './every-connection.ts';

/**
 * Marks every connection that lacks a required scope. Each refresh does the same, but takes a week to reach everyone.
 * @returns how many connections lack one
 */
export async function recheckScopes(ports: Ports): Promise<number> {
  let lacking = 0;
  for await (const { path } of everyConnection(ports.store)) {
    await changeConnection(ports, path, async (connection) => {
      const checked = withMissingScopes(connection, ports.settings.requiredScopes);
      const same = JSON.stringify(checked.missingScopes) === JSON.stringify(connection.missingScopes);
      return same ? connection : checked;
    });
    const read = await ports.store.get<Connection>(path);
    if (read?.data.missingScopes) lacking += 1;
  }
  return lacking;
}
