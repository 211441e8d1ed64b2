/** The API that the suites of this folder share: the last suite counts the responses that the others have produced. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import type { OpenApiOperation } from '../../../../functions/customers/api/openapi.ts';
import type { FaultRule } from '../../../../local/webex/faults/rules.ts';
import { sampleOrganizations } from '../../../../local/webex/sample.ts';
import type { Connection } from '../../../../shared/domain/connection.ts';
import type { FailureCode } from '../../../../shared/domain/failure.ts';
import { connectionPath } from '../../../../shared/storage/layout.ts';
import { connectedCustomer, giveGrant } from '../../../support/ports.ts';
import { type Answer, type Api, type Sent, startApi } from '../api.ts';

export const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];
export let api: Api;
export const ids = {
  /** Of Acme: connected and synced, with removals that wait for a decision. */
  customer: '',
  /** No administrator has authorized it. */
  absent: '',
  user: '',
  run: '',
  operation: '',
};

export const key = () => ({ 'idempotency-key': randomUUID() });
export const any = { 'if-match': '*' };
export const fields = (more: object = {}) => ({
  hierarchy: 'sys.p.new',
  name: `Customer ${randomUUID()}`,
  account_number: randomUUID(),
  ...more,
});
/** A fault of every exchange of a refresh token. */
export const refresh: FaultRule['match'] = { grant: 'refresh_token' };

beforeAll(async () => {
  api = await startApi();
  const { ports, webex } = api;
  ids.customer = await connectedCustomer(ports, webex, acme);
  await syncAcme();
  ids.user = [...webex.control.peopleList(acme.id)][0]!.id;
  ids.absent = (await api.call('POST', '/', { body: fields() })).body.id;
  ids.operation = (await api.call('POST', '/operations', { body: { action: 'sync', hierarchy: 'sys' } })).body.id;
  await api.deliver();
  ids.run = await holdRemovals();
}, 60_000);
afterAll(() => api.close());

/** @returns a new run that holds removals */
export async function holdRemovals(): Promise<string> {
  api.webex.control.people({ orgId: acme.id, churn: { seed: 7, add: 0, change: 0, remove: 60 } });
  return syncAcme();
}

/** @returns the run */
async function syncAcme(): Promise<string> {
  const { body } = await api.call('POST', `/${ids.customer}:sync`);
  await api.deliver();
  return body.id;
}

export async function expectFailure(
  expected: [number, string],
  method: string,
  path: string,
  sent?: Sent,
): Promise<Answer> {
  const answer = await api.call(method, path, sent);
  expect([answer.status, answer.body?.code], answer.text).toEqual(expected);
  return answer;
}

/** The path of an endpoint with real ids, and a body that it accepts. */
export function example(id: string): { path: string; body?: object } {
  const bodies: Record<string, object> = {
    createCustomer: fields(),
    changeCustomer: { name: 'Acme, again' },
    startOperation: { action: 'connect', hierarchy: 'sys.p' },
  };
  const [template] = Object.entries(api.document.paths).find(([, methods]) =>
    Object.values(methods).some(({ operationId }) => operationId === id),
  )!;
  const path = template
    .replace('{id}', ids.customer)
    .replace('{sync}', ids.run)
    .replace('{user}', ids.user)
    .replace('{operation}', ids.operation);
  return { path, ...(bodies[id] && { body: bodies[id] }) };
}

/** Every endpoint of the document; with a code, those that name it. */
export function endpointsWith(code?: FailureCode): { path: string; method: string; entry: OpenApiOperation }[] {
  const all = Object.entries(api.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, entry]) => ({ path, method: method.toUpperCase(), entry })),
  );
  return code === undefined ? all : all.filter(({ entry }) => names(entry, code));
}

export function names({ responses }: OpenApiOperation, code: FailureCode): boolean {
  return Object.values(responses).some((response) => response['x-codes']?.includes(code));
}

/** Gives Acme's customer a new pair. */
export async function freshGrant(): Promise<void> {
  await giveGrant(api.ports, ids.customer, api.webex.control.grant({ orgId: acme.id }));
}

/** Gives Acme's customer a new pair whose access token has expired. */
export async function expiredGrant(): Promise<void> {
  await freshGrant();
  await changeConnection((connection, now) => ({
    ...connection,
    grant: { ...connection.grant!, accessExpiresAt: now - 1 },
  }));
}

/** Changes the stored connection of Acme's customer. */
export async function changeConnection(to: (connection: Connection, now: number) => Connection): Promise<void> {
  const read = (await api.ports.store.get<Connection>(connectionPath(ids.customer)))!;
  await api.ports.store.commit([{ set: read.path, data: to(read.data, api.ports.clock.now()) }]);
}
