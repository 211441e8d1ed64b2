/** The flows that meet, and in which world: each is called as its trigger calls it. */

import type { Connection } from '../../shared/domain/connection.ts';
import type { Ports } from '../../shared/ports.ts';
import { connectionPath } from '../../shared/storage/layout.ts';
import { runSync } from '../../shared/sync/run.ts';
import { refreshConnection } from '../../shared/tokens/refresh.ts';
import { resealAll } from '../../shared/tokens/reseal.ts';
import { consent, organizationB } from './consent.ts';
import { callApi, type World } from './world.ts';

export interface Flow {
  name: string;
  /** Where it can happen. */
  worlds: World['name'][];
  run(ports: Ports, names: World['names'], instance: number): Promise<unknown>;
}

const everywhere = ['absent', 'connected', 'held'];
const apart = ['absent', 'connected'];

/** A state for each browser. */
const stateOf = (name: string, instance: number) => `${name}${instance}`.padEnd(43, '-');

export const flows: Flow[] = [
  {
    name: 'refresh',
    worlds: ['connected'],
    async run(ports, { customer }) {
      const read = await ports.store.get<Connection>(connectionPath(customer!));
      return read && refreshConnection(ports, read, { force: true });
    },
  },
  {
    name: 'refreshOnDemand',
    worlds: ['connected'],
    run: (ports, { customer }) => callApi(ports, 'POST', `/${customer}:refresh`),
  },
  {
    name: 'accessToken',
    worlds: apart,
    run: (ports, { customer }) => callApi(ports, 'POST', `/${customer}:accessToken`),
  },
  {
    name: 'consent',
    worlds: apart,
    run: (ports, { link }, instance) =>
      consent(ports, { link: link!, code: `a${instance + 1}`, state: stateOf('consent', instance) }),
  },
  {
    name: 'consentOfOther',
    worlds: apart,
    run: (ports, { link }, instance) => consent(ports, { link: link!, code: 'b1', state: stateOf('other', instance) }),
  },
  {
    name: 'consentOfTwin',
    worlds: apart,
    run: (ports, { twinLink }, instance) =>
      consent(ports, { link: twinLink!, code: `a${instance + 1}`, state: stateOf('twin', instance) }),
  },
  {
    name: 'paste',
    worlds: apart,
    run: (ports, { customer, pastedAccessA: token, pastedRefreshA: refresh_token }) =>
      callApi(ports, 'PATCH', `/${customer}`, { body: { token, refresh_token } }),
  },
  {
    name: 'pasteOfOther',
    worlds: apart,
    run: (ports, { customer, pastedAccessB: token, pastedRefreshB: refresh_token }) =>
      callApi(ports, 'PATCH', `/${customer}`, { body: { token, refresh_token } }),
  },
  {
    name: 'changeNumber',
    worlds: apart,
    run: (ports, { customer }) => callApi(ports, 'PATCH', `/${customer}`, { body: { account_number: organizationB } }),
  },
  {
    name: 'rename',
    worlds: everywhere,
    run: (ports, { customer }, instance) =>
      callApi(ports, 'PATCH', `/${customer}`, { body: { name: `Renamed ${instance}`, hierarchy: 'sys.one.b' } }),
  },
  {
    name: 'create',
    worlds: ['absent'],
    run: (ports, _names, instance) =>
      callApi(ports, 'POST', '/', {
        body: { hierarchy: 'sys.one.b', name: `Renamed ${instance}`, account_number: organizationB },
      }),
  },
  { name: 'delete', worlds: everywhere, run: (ports, { customer }) => callApi(ports, 'DELETE', `/${customer}`) },
  {
    name: 'linkOnce',
    worlds: apart,
    run: (ports, { customer }) =>
      callApi(ports, 'POST', `/${customer}:connect`, { headers: { 'idempotency-key': 'key-1' } }),
  },
  { name: 'reseal', worlds: ['connected'], run: (ports) => resealAll(ports) },
  {
    name: 'requestSync',
    worlds: ['connected', 'held'],
    run: (ports, { customer }) => callApi(ports, 'POST', `/${customer}:sync`),
  },
  {
    name: 'sync',
    worlds: ['held'],
    async run(ports, { customer }) {
      const { body } = await callApi(ports, 'POST', `/${customer}:sync`);
      return body?.id && runSync(ports, customer!, body.id);
    },
  },
  {
    name: 'approve',
    worlds: ['held'],
    run: (ports, { customer, heldRun }) => callApi(ports, 'POST', `/${customer}/syncs/${heldRun}:approve`),
  },
  {
    name: 'reject',
    worlds: ['held'],
    run: (ports, { customer, heldRun }) => callApi(ports, 'POST', `/${customer}/syncs/${heldRun}:reject`),
  },
];
