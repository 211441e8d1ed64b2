/** The names of licences and roles, synced beside the people. */

import { type Catalog, isSameCatalog } from '../domain/catalog.ts';
import { codeOf } from '../domain/failure.ts';
import { catalogPath } from '../storage/layout.ts';
import type { RunContext } from './context.ts';
import type { Fence } from './fence.ts';

/** Reads the catalog from Webex. A failure never stops the people's sync: the catalog stays as it is. */
export async function readCatalog({ ports, customer, call }: RunContext): Promise<Catalog | undefined> {
  const { webex, log } = ports;
  try {
    const [licenses, roles] = await Promise.all([
      call((access) => webex.licenses(access, customer.accountNumber), { isOptional: true }),
      call((access) => webex.roles(access), { isOptional: true }),
    ]);
    return { licenses, roles };
  } catch (error) {
    log.warn('catalog_not_synced', { customer: customer.id, code: codeOf(error) });
    return undefined;
  }
}

/** Stores the catalog if it has changed. One that the store refuses does not stop the people's sync either. */
export async function storeCatalog({ ports, customer }: RunContext, fence: Fence, catalog: Catalog): Promise<void> {
  const path = catalogPath(customer.id);
  const stored = await ports.store.get<Catalog>(path);
  if (stored && isSameCatalog(stored.data, catalog)) return;
  try {
    await fence.commit({}, { writes: [{ set: path, data: catalog }] });
  } catch (error) {
    if (codeOf(error) !== 'internal') throw error;
    ports.log.warn('catalog_not_synced', { customer: customer.id, code: 'internal', cause: String(error) });
  }
}
