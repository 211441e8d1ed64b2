/** Connect links: a short-lived, single-use URL that lets one browser authorize for one customer. */

import { type ConnectLink, digest, isUnguessable, linkMs, unguessable } from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { Failure } from '../domain/failure.ts';
import { day } from '../domain/time.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, customerPath, linkPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { commitDecision, transact } from '../storage/transact.ts';

/**
 * A link that binds one browser authorization to one customer.
 * @returns its URL and its end, epoch ms
 */
export async function createConnectLink(
  ports: Ports,
  customerId: string,
  by: string,
): Promise<{ url: string; endsAt: number }> {
  const { clock, settings } = ports;
  const secret = unguessable();
  const now = clock.now();
  const link: ConnectLink = { customerId, by, createdAt: now, endsAt: now + linkMs, expireAt: now + day };
  await commitDecision(ports, {
    writes: [{ set: linkPath(digest(secret)), data: link, if: 'absent' }],
    events: newEvents([{ type: 'connect_link_created' }], { customerId, now, by }),
  });
  return { url: `${settings.oauthUrl}/connect/${secret}`, endsAt: link.endsAt };
}

export interface OpenLink {
  link: Stored<ConnectLink>;
  customer: Customer;
  connection: Stored<Connection>;
}

/**
 * What a connect link stands for. Changes nothing, so that mail scanners and previews may look at it.
 * @param begun an authorization that this link began in time is ending: the link's own end does not count any more
 * @throws Failure `link_not_valid` when it is unknown, used, too old, or begun in another browser
 */
export async function openLink(
  ports: Ports,
  secret: string,
  browser: string | undefined,
  begun = false,
): Promise<OpenLink> {
  const { store, clock } = ports;
  const refuse = (text: string) => new Failure('link_not_valid', text);
  const link = isUnguessable(secret) ? await store.get<ConnectLink>(linkPath(digest(secret))) : undefined;
  if (!link) throw refuse('There is no such link.');
  if (link.data.usedAt !== undefined) throw refuse('This link has been used.');
  if (!begun && link.data.endsAt <= clock.now()) throw refuse('This link has expired.');
  if (link.data.browser !== undefined && (!browser || link.data.browser !== digest(browser))) {
    throw refuse('This link is being used in another browser.');
  }
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(link.data.customerId)),
    store.get<Connection>(connectionPath(link.data.customerId)),
  ]);
  if (!customer || !connection) throw refuse('The customer of this link no longer exists.');
  return { link, customer: customer.data, connection };
}

/**
 * Binds the link to this browser: from here on it works in no other.
 * @throws Failure as `openLink`
 */
export async function bindLink(ports: Ports, secret: string, browser: string): Promise<void> {
  await transact(ports, async () => {
    const { link } = await openLink(ports, secret, browser);
    if (link.data.browser) return { writes: [], result: undefined };
    const bound = { ...link.data, browser: digest(browser) };
    return { writes: [{ set: link.path, data: bound, if: { version: link.version } }], result: undefined };
  });
}
