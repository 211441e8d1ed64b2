/** What a test can do to Webex: the operations of `/_control`, in process. */

import type { FaultRule } from '../faults/rules.ts';
import { bareId } from '../ids.ts';
import type { AccessToken, TokenResponse } from '../oauth/grants.ts';
import { type Churn, churn } from '../people/churn.ts';
import type { PersonChange } from '../people/directory.ts';
import { type AdminRole, adminRoles } from '../people/licenses.ts';
import type { Account, Organization, OrganizationOptions } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Settings, SettingsChange } from '../settings.ts';
import type { Stats } from '../stats.ts';
import type { World } from '../world.ts';

/** One of them at a time. Ids may be bare or Webex's. */
interface PeopleChange {
  orgId: string;
  /** So many synthetic people, at places drawn anew each time. */
  add?: number;
  /** Fields to set; with an id that nobody has, or without one, somebody is added. */
  upsert?: PersonChange[];
  /** Named people, or so many drawn by the seed; the drawn ones are never sign-in accounts. */
  remove?: string[] | { count: number; seed: number };
  /** As `upsert`, of people who must exist. */
  update?: (PersonChange & { id: string })[];
  churn?: { seed: number; add: number; change: number; remove: number };
}

interface LiveTokens {
  accessTokens: AccessToken[];
  refreshTokens: { value: string; expiresAt: number }[];
}

export interface WebexControl {
  /** Moves the clock, for good. Answers its time, epoch ms. */
  clock(change: { advanceMs: number } | { now: number }): { now: number };
  /** Answers uuids. */
  people(change: PeopleChange): Churn;
  /** The truth about an organization, with bare ids, in paging order. */
  peopleList(orgId: string): IterableIterator<Person>;
  /** Answers the rule's id. */
  faults(rule: FaultRule): { id: string };
  /** All, or the one with the id. */
  clearFaults(id?: string): void;
  /** Answers the settings that now hold. */
  settings(change?: SettingsChange): Settings;
  /** Refresh tokens of the organization die; access tokens live until they expire, unless told otherwise. */
  revokeGrants(request: { orgId: string; accessTokens?: boolean }): { revoked: number };
  /** The account cannot sign in any more, and all its tokens die. */
  deactivateUser(request: { email: string }): void;
  /** Losing Full Admin kills the refresh tokens; having no role is answered 403 by what is for administrators. */
  changeRoles(request: { email: string; roles: AdminRole[] }): void;
  stats(): Stats;
  resetStats(): void;
  /** All tokens of the organization that work now. */
  tokens(orgId: string): LiveTokens;
  isAlive(refreshToken: string): boolean;
  /**
   * A grant as if an account had consented; by default the first administrator, with all scopes of the first client.
   */
  grant(request: { orgId: string; email?: string; scopes?: string[]; clientId?: string }): TokenResponse;
  addOrganization(options: OrganizationOptions): void;
}

/** Every operation throws a `TypeError` that says what is wrong, when it names something that there is not. */
export function controlOf(world: World, clock: { offsetMs: number }): WebexControl {
  const organization = (orgId: string): Organization => {
    const found = world.organizations.get(bareId(orgId));
    if (!found) throw new TypeError(`There is no organization ${orgId}`);
    return found;
  };
  const account = (email: string): Account => {
    const found = world.organizations.account(email);
    if (!found) throw new TypeError(`There is no account ${email}`);
    return found;
  };
  const grantsOf = (owner: Account) =>
    world.grants.ofOrganization(owner.orgId).filter((grant) => grant.account === owner);

  function deactivate(owner: Account): void {
    owner.active = false;
    for (const grant of grantsOf(owner)) world.grants.revoke(grant, { accessTokens: true });
  }

  function remove(from: Organization, wanted: NonNullable<PeopleChange['remove']>): string[] {
    const uuids = Array.isArray(wanted) ? wanted : from.people().sample(wanted.count, wanted.seed);
    const removed = from.people().remove(uuids);
    for (const owner of from.accounts) {
      if (removed.includes(owner.personId)) deactivate(owner);
    }
    return removed;
  }

  return {
    clock(change) {
      clock.offsetMs += 'now' in change ? change.now - world.now() : change.advanceMs;
      return { now: world.now() };
    },

    people(change) {
      const from = organization(change.orgId);
      if (change.churn) return churn(from.people(), change.churn);
      for (const { id } of change.update ?? []) {
        if (!from.people().byId(bareId(id))) throw new TypeError(`There is no person ${id}`);
      }
      const before = (given: PersonChange) => given.id !== undefined && from.people().byId(bareId(given.id ?? ''));
      const upserts = [...(change.upsert ?? []), ...(change.update ?? [])];
      const written = upserts.map((given) => ({ existed: Boolean(before(given)), uuid: from.people().upsert(given) }));
      return {
        added: [
          ...written.filter(({ existed }) => !existed).map(({ uuid }) => uuid),
          ...(change.add ? from.people().add(change.add) : []),
        ],
        changed: written.filter(({ existed }) => existed).map(({ uuid }) => uuid),
        removed: change.remove ? remove(from, change.remove) : [],
      };
    },

    peopleList: (orgId) => organization(orgId).people().all(),
    faults: (rule) => ({ id: world.faults.add(rule) }),
    clearFaults: (id) => world.faults.clear(id),

    settings({ clientSecrets, lifetimes, requiredScopes, scim, ...change } = {}) {
      assignDefined(world.settings, change);
      assignDefined(world.settings.scim, scim);
      assignDefined(world.settings.lifetimes, lifetimes);
      assignDefined(world.settings.requiredScopes, requiredScopes);
      if (clientSecrets) for (const client of world.clients.values()) client.clientSecrets = clientSecrets;
      return structuredClone(world.settings);
    },

    revokeGrants({ orgId, accessTokens = false }) {
      const grants = world.grants.ofOrganization(organization(orgId).id).filter(({ refreshable }) => refreshable);
      for (const grant of grants) world.grants.revoke(grant, { accessTokens });
      return { revoked: grants.length };
    },

    deactivateUser({ email }) {
      const owner = account(email);
      deactivate(owner);
      organization(owner.orgId).people().upsert({ id: owner.personId, loginEnabled: false });
    },

    changeRoles({ email, roles }) {
      const owner = account(email);
      const demoted = owner.roles.includes('full_admin') && !roles.includes('full_admin');
      owner.roles = roles;
      organization(owner.orgId)
        .people()
        .upsert({ id: owner.personId, roles: roles.map((role) => adminRoles[role]) });
      if (!demoted && roles.length > 0) return;
      for (const grant of grantsOf(owner)) world.grants.revoke(grant, { accessTokens: false });
    },

    stats: () => world.counters.snapshot(),
    resetStats: () => world.counters.reset(),

    tokens(orgId) {
      const grants = world.grants.ofOrganization(organization(orgId).id);
      return {
        accessTokens: grants.flatMap((grant) => grant.accessTokens).filter(({ expiresAt }) => expiresAt > world.now()),
        refreshTokens: grants
          .filter(({ refreshToken }) => world.grants.isAlive(refreshToken))
          .map((grant) => ({ value: grant.refreshToken, expiresAt: grant.refreshExpiresAt })),
      };
    },

    isAlive: (refreshToken) => world.grants.isAlive(refreshToken),

    grant({ orgId, email, scopes, clientId }) {
      const from = organization(orgId);
      const owner = email === undefined ? from.accounts[0]! : account(email);
      if (owner.orgId !== from.id) throw new TypeError(`${owner.email} is not of ${from.name}`);
      const client = clientId === undefined ? [...world.clients.values()][0] : world.clients.get(clientId);
      if (!client) throw new TypeError('There is no such client');
      return world.grants.response(world.grants.issue(owner, client.clientId, scopes ?? client.scopes));
    },

    addOrganization: (options) => void world.organizations.add(options),
  };
}

/** A key that is there but `undefined` means the same as one that is absent. */
function assignDefined(target: object, source: object = {}): void {
  Object.assign(target, Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)));
}
