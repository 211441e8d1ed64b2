/** Moves every stored pair to the key that seals now, after a rotation. Webex is not asked. */

import type { Connection } from '../domain/connection.ts';
import { causeOf, codeOf, type Failure } from '../domain/failure.ts';
import type { StoredGrant } from '../domain/grant.ts';
import type { Ports, Sealer } from '../ports.ts';
import { accessTokenPlace, refreshTokenPlace } from '../storage/layout.ts';
import { changeConnection, everyConnection } from './every-connection.ts';

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
      if (await changeConnection(ports, path, (connection) => resealed(sealer, connection))) result.changed += 1;
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
