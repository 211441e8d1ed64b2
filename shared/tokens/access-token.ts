/** A working access token of a customer: the stored one while it works, renewed first when it is near its end. */

import type { Connection } from '../domain/connection.ts';
import { type Customer, proxiesOf } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { decideRefresh } from '../domain/refresh-policy.ts';
import { minute } from '../domain/time.ts';
import type { Ports, WebexAccess } from '../ports.ts';
import { accessTokenPlace, connectionPath, customerPath } from '../storage/layout.ts';
import { refreshOnDemand } from './refresh-on-demand.ts';

/** A token with less time left is renewed before it is given out. */
const nearEndMs = 10 * minute;
/** Enough for one call to Webex. */
const oneCallMs = minute;

export interface CustomerAccess extends WebexAccess {
  customer: Customer;
  /** When the token expires, epoch ms. */
  expiresAt: number;
}

/**
 * The token of the verified grant; a pending one is never given out. While refreshing fails, a token that has not expired is
 * still returned.
 * @throws Failure `not_found`, `not_connected`, `reauthorization_required`, `busy` while the only pair is not verified yet,
 *   and Webex's codes once the token has expired
 */
export async function getAccessToken(ports: Ports, customerId: string): Promise<CustomerAccess> {
  const { clock, store } = ports;
  const [customer, read] = await Promise.all([
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
  ]);
  if (!customer || !read) throw new Failure('not_found', 'There is no such customer.');
  let connection = read.data;
  assertConnected(connection);
  const leftMs = connection.grant.accessExpiresAt - clock.now();
  // If another worker is renewing the token, wait for it only once the token has expired.
  const isBeingRenewed = leftMs > oneCallMs && decideRefresh(connection, clock.now(), true).kind === 'leased';
  if (leftMs < nearEndMs && !isBeingRenewed) {
    try {
      connection = (await refreshOnDemand(ports, customerId)).connection ?? connection;
    } catch (error) {
      if (leftMs <= 0 || codeOf(error) === 'not_found') throw error;
    }
  }
  assertConnected(connection);
  const { sealedAccessToken, accessExpiresAt } = connection.grant;
  const accessToken = await ports.sealer.open(sealedAccessToken, accessTokenPlace(customerId));
  const proxies = proxiesOf(customer.data);
  return { accessToken, customer: customer.data, expiresAt: accessExpiresAt, ...(proxies && { proxies }) };
}

type Connected = Connection & Required<Pick<Connection, 'grant'>>;

function assertConnected(connection: Connection): asserts connection is Connected {
  // The token of a revived connection waits to be verified, too.
  if (connection.grant && connection.pending?.source !== 'revived') return;
  if (connection.pending) {
    const text = 'These tokens have not been verified yet. Try again shortly.';
    throw new Failure('busy', text, { retryAfterMs: minute });
  }
  throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
}

/**
 * Makes a call in the customer's name; a 401 renews the token once and calls once more.
 * @throws Failure what `getAccessToken` and the call throw
 */
export async function withAccessToken<T>(
  ports: Ports,
  customerId: string,
  call: (access: CustomerAccess) => Promise<T>,
): Promise<T> {
  try {
    return await call(await getAccessToken(ports, customerId));
  } catch (error) {
    if (codeOf(error) !== 'webex_unauthorized') throw error;
    await refreshOnDemand(ports, customerId);
    return call(await getAccessToken(ports, customerId));
  }
}
