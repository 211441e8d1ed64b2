/** What a test can do to the stand-in: the operations of `/_control`, in process. */

import type { FaultRule } from '../faults/rules.ts';
import type { TokenResponse } from '../oauth/token-response.ts';
import type { Churn } from '../people/churn.ts';
import type { AdminRole } from '../people/licenses.ts';
import type { OrganizationOptions } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Settings, SettingsChange } from '../settings.ts';
import type { Stats } from '../stats.ts';
import type { World } from '../world.ts';
import { findOrganization } from './find.ts';
import {
  changeRoles,
  deactivate,
  deactivateUser,
  type GrantRequest,
  issueGrant,
  type LiveTokens,
  liveTokens,
  revokeGrants,
} from './grants-control.ts';
import { changePeople, type PeopleChange } from './people-control.ts';

/** Every operation throws a `TypeError` when it names something unknown. */
export interface WebexControl {
  /** Moves the clock for good, and returns its time, epoch ms. */
  clock(change: { advanceMs: number } | { now: number }): { now: number };
  /** Returns the uuids of the people that it added, changed and removed. */
  people(change: PeopleChange): Churn;
  /** The people of an organization as they really are, with bare ids, in paging order. */
  peopleList(orgId: string): IterableIterator<Person>;
  /** Returns the rule's id. */
  faults(rule: FaultRule): { id: string };
  /** Removes one rule, or all of them without an id. */
  clearFaults(id?: string): void;
  /** Returns the settings after the change. */
  settings(change?: SettingsChange): Settings;
  /** Ends the organization's refresh tokens. Its access tokens stay valid until they expire, unless asked otherwise. */
  revokeGrants(request: { orgId: string; accessTokens?: boolean }): { revoked: number };
  /** Ends the account's sign-in and all of its tokens. */
  deactivateUser(request: { email: string }): void;
  /** Losing Full Admin ends the refresh tokens. Without any role, calls for administrators are refused as well. */
  changeRoles(request: { email: string; roles: AdminRole[] }): void;
  stats(): Stats;
  resetStats(): void;
  /** All valid tokens of the organization. */
  tokens(orgId: string): LiveTokens;
  isAlive(refreshToken: string): boolean;
  /** Makes a grant as if an account had consented. */
  grant(request: GrantRequest): TokenResponse;
  addOrganization(options: OrganizationOptions): void;
}

export function controlOf(world: World, clock: { offsetMs: number }): WebexControl {
  return {
    clock(change) {
      clock.offsetMs += 'now' in change ? change.now - world.now() : change.advanceMs;
      return { now: world.now() };
    },
    people: (change) => changePeople(world, change, (account) => deactivate(world, account)),
    peopleList: (orgId) => findOrganization(world, orgId).people().all(),
    faults: (rule) => ({ id: world.faults.add(rule) }),
    clearFaults: (id) => world.faults.clear(id),
    settings: (change) => changeSettings(world, change),
    revokeGrants: (request) => revokeGrants(world, request),
    deactivateUser: (request) => deactivateUser(world, request),
    changeRoles: (request) => changeRoles(world, request),
    stats: () => world.counters.snapshot(),
    resetStats: () => world.counters.reset(),
    tokens: (orgId) => liveTokens(world, orgId),
    isAlive: (refreshToken) => world.grants.isAlive(refreshToken),
    grant: (request) => issueGrant(world, request),
    addOrganization: (options) => void world.organizations.add(options),
  };
}

function changeSettings({ settings, clients }: World, change: SettingsChange = {}): Settings {
  const { clientSecrets, lifetimes, requiredScopes, scim, ...rest } = change;
  assignDefined(settings, rest);
  assignDefined(settings.lifetimes, lifetimes);
  assignDefined(settings.requiredScopes, requiredScopes);
  assignDefined(settings.scim, scim);
  if (clientSecrets) for (const client of clients.values()) client.clientSecrets = clientSecrets;
  return structuredClone(settings);
}

/** A key whose value is `undefined` counts as absent. */
function assignDefined(target: object, source: object = {}): void {
  Object.assign(target, Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)));
}
