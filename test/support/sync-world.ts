/** A connected customer of the stand-in's organization for tests of syncs, with the questions that the tests ask about it. */

import { expect } from 'vitest';
import { sampleOrganizations } from '../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import type { Person } from '../../shared/domain/person.ts';
import { connectionPath, customerPath } from '../../shared/storage/layout.ts';
import { withAccessToken } from '../../shared/tokens/access-token.ts';
import { frozenClock } from './clock.ts';
import { openStore } from './engine.ts';
import { connectedCustomer, readConnection, type TestPorts, testPorts } from './ports.ts';
import { differences, organizationNow, readHead, rosterNow, storedNow } from './sync-drive.ts';

/** 250 people. */
export const acme = sampleOrganizations[0]!;
export const umbrella = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', name: 'Umbrella', people: 120 };

interface Options {
  organization?: { id: string; name: string; people: number };
  pageSize?: number;
}

export async function startSyncWorld({ organization = acme, pageSize = 100 }: Options = {}): Promise<SyncWorld> {
  const clock = frozenClock();
  const organizations = organization === acme ? sampleOrganizations : [organization];
  const webex = await startWebex({ now: clock.now, organizations });
  const ports = testPorts(webex, { clock, store: openStore() });
  ports.settings.pageSize = pageSize;
  return new SyncWorld(webex, ports, await connectedCustomer(ports, webex, organization), organization);
}

export class SyncWorld {
  readonly webex: WebexServer;
  readonly ports: TestPorts;
  readonly customer: string;
  readonly #organization: { id: string; name: string };

  constructor(webex: WebexServer, ports: TestPorts, customer: string, organization: { id: string; name: string }) {
    this.webex = webex;
    this.ports = ports;
    this.customer = customer;
    this.#organization = organization;
  }

  /** How the stored users and the roster differ from the organization. */
  async findDifferences(): Promise<string[]> {
    const { ports, customer } = this;
    const truth = await withAccessToken(ports, customer, (access) =>
      organizationNow(ports.webex, access, this.#organization.id),
    );
    return [
      ...differences(truth, await storedNow(ports.store, customer)).map((text) => `store: ${text}`),
      ...differences(truth, await rosterNow(ports.store, customer)).map((text) => `roster: ${text}`),
    ];
  }

  async expectInSync(): Promise<void> {
    expect(await this.findDifferences()).toEqual([]);
    expect((await readHead(this.ports.store, this.customer)).roster.people).toBe(this.people().length);
  }

  people() {
    return [...this.webex.control.peopleList(this.#organization.id)];
  }

  /** Types of the events that the portal has received. */
  publishedEvents(): string[] {
    return this.ports.messages
      .filter(({ topic }) => topic === this.ports.settings.eventsTopic)
      .map(({ data }) => String(data.type).replace('webex_customer_access.customer.v1.', ''));
  }

  /** Replaces the customer's own settings of syncs. */
  async setSettings(sync: Customer['sync']): Promise<void> {
    const { store } = this.ports;
    const read = (await store.get<Customer>(customerPath(this.customer)))!;
    await store.commit([{ set: read.path, data: { ...read.data, sync } }]);
  }

  /** Stores a person as the one who authorized the connection. */
  async setAuthorizer({ id }: Pick<Person, 'id'>): Promise<void> {
    const { store } = this.ports;
    const connection = await readConnection(store, this.customer);
    const { id: organizationId, name: organizationName } = this.#organization;
    const authorizer = { id, email: 'a@b', displayName: 'A', organizationId, organizationName };
    const data = { ...connection, grant: { ...connection.grant!, authorizer } };
    await store.commit([{ set: connectionPath(this.customer), data }]);
  }

  async close(): Promise<void> {
    await this.ports.store.close();
    await this.webex.close();
  }
}
