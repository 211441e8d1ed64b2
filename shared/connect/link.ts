/** Connect links: a short-lived, single-use address that ties one browser authorization to one customer. */

import { type ConnectLink, digest, isRandomSecret, linkMs, randomSecret } from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { Failure } from '../domain/failure.ts';
import { day } from '../domain/time.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, customerPath, linkPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { transact, unchanged } from '../storage/transact.ts';

/**
 * Creates a link for one customer. Earlier links of the customer stay valid. The commit names the record: the customer may
 * have been deleted, or have left the caller's node, since the request was authorized.
 * @param by the caller, as the customer's history will show it
 * @param read reads the record, and refuses one that the caller may make no link for
 * @returns the link's URL, and the instant it expires in epoch ms
 * @throws Failure `not_found`, what `read` throws, `busy`
 */
export async function createConnectLink(
  ports: Ports,
  customerId: string,
  by: string,
  read: () => Promise<Stored<Customer> | undefined> = () => ports.store.get<Customer>(customerPath(customerId)),
): Promise<{ url: string; endsAt: number }> {
  const { clock, settings } = ports;
  const secret = randomSecret();
  const now = clock.now();
  const link: ConnectLink = { customerId, by, createdAt: now, endsAt: now + linkMs, expireAt: now + day };
  await transact(ports, async () => {
    const record = await read();
    if (!record) throw new Failure('not_found', 'There is no such customer.');
    return {
      writes: [{ set: linkPath(digest(secret)), data: link, if: 'absent' }, unchanged(record)],
      events: newEvents([{ type: 'connect_link_created' }], { customerId, now, by }),
      result: undefined,
    };
  });
  return { url: connectUrl(settings, secret), endsAt: link.endsAt };
}

/** The address of the link's page. */
export function connectUrl({ oauthUrl }: Ports['settings'], secret: string): string {
  return `${oauthUrl}/connect/${secret}`;
}

/** A link that can still be used, with its customer. */
export interface OpenLink {
  link: Stored<ConnectLink>;
  customer: Customer;
  connection: Stored<Connection>;
}

/**
 * Reads the link and its customer. Changes nothing: any browser may open and start a link, and the first consent of the right
 * organization that completes uses it up. What ties a code to its browser is the state cookie, not the link.
 * @param started whether an authorization that started in time is finishing; the link may have expired since
 * @throws Failure `link_not_valid` if the link is unknown, used or expired
 */
export async function openLink(ports: Ports, secret: string, { started = false } = {}): Promise<OpenLink> {
  const { store, clock } = ports;
  const refuse = (text: string) => new Failure('link_not_valid', text);
  const link = isRandomSecret(secret) ? await store.get<ConnectLink>(linkPath(digest(secret))) : undefined;
  if (!link) throw refuse('We do not know this link. Check that you opened the complete address.');
  if (link.data.usedAt !== undefined) throw refuse('This link has already been used.');
  if (!started && link.data.endsAt <= clock.now()) throw refuse('This link has expired.');
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(link.data.customerId)),
    store.get<Connection>(connectionPath(link.data.customerId)),
  ]);
  if (!customer || !connection) throw refuse('The customer of this link has been deleted.');
  return { link, customer: customer.data, connection };
}
