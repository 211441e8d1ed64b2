/** A working access token of a customer: the stored one while it works, renewed first when it is near its end. */

import type { Connection } from '../domain/connection.ts';
import { type Customer, proxiesOf } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { decideRefresh } from '../domain/refresh-policy.ts';
import type { Ports, WebexAccess } from '../ports.ts';
import { accessTokenPlace, connectionPath, customerPath } from '../storage/layout.ts';

import { refreshOnDemand } from './refresh-on-demand.ts';

/** A token with less than this left is renewed before it is given out. */
const nearEndMs = 10 * 60_000;
/** Enough for the call that the token is asked for. */
const soonMs = 60_000;

export interface CustomerAccess extends WebexAccess {
  customer: Customer;
  /** When the token dies, epoch ms. */
  expiresAt: number;
}

/**
 * A token that still works is served while refreshing fails.
 * @throws Failure `not_found`, `not_connected`, `reauthorization_required`, and Webex's codes once the token is dead
 */
export async function getAccessToken(ports: Ports, customerId: string): Promise<CustomerAccess> {
  const { clock, store } = ports;
  const [customer, read] = await Promise.all([
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
  ]);
  if (!customer || !read) throw new Failure('not_found', 'There is no such customer.');
  let connection = read.data;
  if (!connection.grant) throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
  const leftMs = connection.grant.accessExpiresAt - clock.now();
  // Somebody who renews it already is waited for only once nothing works any more.
  const beingRenewed = leftMs > soonMs && decideRefresh(connection, clock.now(), true).kind === 'leased';
  if ((leftMs < nearEndMs || connection.grant.unverified) && !beingRenewed) {
    try {
      connection = (await refreshOnDemand(ports, customerId)).connection ?? connection;
    } catch (error) {
      const stillWorks = connection.grant!.accessExpiresAt > clock.now() && !connection.grant!.unverified;
      if (!stillWorks || codeOf(error) === 'not_found') throw error;
    }
  }
  if (connection.grant!.unverified) throw new Failure('busy', 'Whose tokens these are is being asked; try again.');
  const { sealedAccessToken, accessExpiresAt } = connection.grant!;
  const accessToken = await ports.sealer.open(sealedAccessToken, accessTokenPlace(customerId));
  const proxies = proxiesOf(customer.data);
  return { accessToken, customer: customer.data, expiresAt: accessExpiresAt, ...(proxies && { proxies }) };
}

/**
 * Makes a call in the customer's name; a 401 renews the token once and calls once more.
 * @throws Failure what `workingAccess` and the call throw
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
