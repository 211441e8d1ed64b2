/** Walks over all connections that bring them up to date without asking Webex: with the key that seals now, with the scopes required now. */

import type { Connection } from '../domain/connection.ts';
import { causeOf, codeOf, type Failure } from '../domain/failure.ts';
import type { StoredGrant } from '../domain/grant.ts';
import { withMissingScopes } from '../domain/refresh-policy.ts';
import type { Ports, Sealer, Store, Stored } from '../ports.ts';
import { accessTokenPlace, connections, refreshTokenPlace } from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';

export interface Resealed {
  seen: number;
  changed: number;
  /** Texts that no key of ours opens: they stay as they are, and only a new authorization cures them. */
  unreadable: number;
}

/**
 * Moves every connection to the key that seals now, without asking Webex. Begun again, it goes on with what is left:
 * what is moved already costs a read.
 */
export async function resealAll(ports: Ports): Promise<Resealed> {
  const { sealer, log } = ports;
  const result: Resealed = { seen: 0, changed: 0, unreadable: 0 };
  for await (const { path } of everyConnection(ports.store)) {
    result.seen += 1;
    try {
      if (await change(ports, path, (connection) => resealed(sealer, connection))) result.changed += 1;
    } catch (error) {
      if (codeOf(error) !== 'sealed_text_invalid') throw error;
      result.unreadable += 1;
      log.error('reseal_error', { connection: path, code: codeOf(error), cause: causeOf(error as Failure) });
    }
  }
  return result;
}

async function resealed(sealer: Sealer, connection: Connection): Promise<Connection> {
  const { customerId, grant } = connection;
  if (!grant) return connection;
  const { sealedAccessToken: access, sealedRefreshToken: refresh } = grant;
  if ((await sealer.isCurrent(access)) && (await sealer.isCurrent(refresh))) return connection;
  const move = async (sealed: string, place: string) => sealer.seal(await sealer.open(sealed, place), place);
  const moved: StoredGrant = {
    ...grant,
    sealedAccessToken: await move(access, accessTokenPlace(customerId)),
    sealedRefreshToken: await move(refresh, refreshTokenPlace(customerId)),
  };
  return { ...connection, grant: moved };
}

/**
 * Marks every connection that lacks a scope required now: after a change of WEBEX_SCOPES, sooner than the week in which
 * refreshes would find out. Answers how many lack one.
 */
export async function recheckScopes(ports: Ports): Promise<number> {
  let lacking = 0;
  for await (const { path } of everyConnection(ports.store)) {
    const check = async (connection: Connection) => {
      const checked = withMissingScopes(connection, ports.settings.requiredScopes);
      const same = JSON.stringify(checked.missingScopes) === JSON.stringify(connection.missingScopes);
      return same ? connection : checked;
    };
    await change(ports, path, check);
    const read = await ports.store.get<Connection>(path);
    if (read?.data.missingScopes) lacking += 1;
  }
  return lacking;
}

/** All connections, in the order of their ids. */
export function everyConnection(store: Store): AsyncGenerator<Stored<Connection>, void> {
  return everyDocument<Connection>(store, { collection: connections });
}

/** Changes one connection under its version, so that a refresh that comes in between is never overwritten. */
async function change(
  ports: Ports,
  path: string,
  decide: (connection: Connection) => Promise<Connection>,
): Promise<boolean> {
  return transact(ports, async () => {
    const read = await ports.store.get<Connection>(path);
    const data = read && (await decide(read.data));
    if (!read || data === read.data) return { writes: [], result: false };
    return { writes: [{ set: path, data: data!, if: { version: read.version } }], result: true };
  });
}
