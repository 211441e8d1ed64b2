/** A connected customer of the stand-in's organization for tests of syncs, with the questions that the tests ask about it. */

import { expect } from 'vitest';
import { sampleOrganizations } from '../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import type { Person } from '../../shared/domain/person.ts';
import { connectionPath, customerPath } from '../../shared/storage/layout.ts';
import { withAccessToken } from '../../shared/tokens/access-token.ts';
import { frozenClock } from './clock.ts';
import { connectedCustomer, readConnection, type TestPorts, testPorts } from './ports.ts';
import { differences, organizationNow, readHead, rosterNow, storedNow } from './sync-drive.ts';

/** 250 people. */
export const acme = sampleOrganizations[0]!;
export const umbrella = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', name: 'Umbrella', people: 120 };

export type SyncWorld = Awaited<ReturnType<typeof startSyncWorld>>;

export async function startSyncWorld({
  organization = acme,
  pageSize = 100,
  store,
}: {
  organization?: { id: string; name: string; people: number };
  pageSize?: number;
  store?: TestPorts['store'];
} = {}) {
  const clock = frozenClock();
  const organizations = organization === acme ? sampleOrganizations : [organization];
  const webex: WebexServer = await startWebex({ now: clock.now, organizations });
  const ports = testPorts(webex, { clock, ...(store && { store }) });
  ports.settings.pageSize = pageSize;
  const customer = await connectedCustomer(ports, webex, organization);

  /** How the stored users and the roster differ from the organization. */
  async function findDifferences(): Promise<string[]> {
    const truth = await withAccessToken(ports, customer, (access) =>
      organizationNow(ports.webex, access, organization.id),
    );
    return [
      ...differences(truth, await storedNow(ports.store, customer)).map((text) => `store: ${text}`),
      ...differences(truth, await rosterNow(ports.store, customer)).map((text) => `roster: ${text}`),
    ];
  }

  return {
    webex,
    ports,
    customer,
    findDifferences,

    async expectInSync(): Promise<void> {
      expect(await findDifferences()).toEqual([]);
      expect((await readHead(ports.store, customer)).roster.people).toBe(this.people().length);
    },

    people: () => [...webex.control.peopleList(organization.id)],

    /** Types of the events that the portal has received. */
    publishedEvents: () =>
      ports.messages
        .filter(({ topic }) => topic === ports.settings.eventsTopic)
        .map(({ data }) => String(data.type).replace('webex_customer_access.customer.v1.', '')),

    /** Replaces the customer's own settings of syncs. */
    async setSettings(sync: Customer['sync']): Promise<void> {
      const read = (await ports.store.get<Customer>(customerPath(customer)))!;
      await ports.store.commit([{ set: read.path, data: { ...read.data, sync } }]);
    },

    /** Stores a person as the one who authorized the connection. */
    async setAuthorizer({ id }: Pick<Person, 'id'>): Promise<void> {
      const connection = await readConnection(ports.store, customer);
      const authorizer = {
        id,
        email: 'a@b',
        displayName: 'A',
        organizationId: organization.id,
        organizationName: organization.name,
      };
      const data = { ...connection, grant: { ...connection.grant!, authorizer } };
      await ports.store.commit([{ set: connectionPath(customer), data }]);
    },

    async close(): Promise<void> {
      await ports.store.close();
      await webex.close();
    },
  };
}
