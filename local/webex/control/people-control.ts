/** Control of people: adds, changes and removes them. */

import { bareId } from '../ids.ts';
import { type Churn, churn } from '../people/churn.ts';
import type { PersonChange } from '../people/directory.ts';
import type { Account, Organization } from '../people/organizations.ts';
import type { World } from '../world.ts';
import { findOrganization } from './find.ts';

/** Ids may be bare or Webex's. `churn` comes alone; the others may be combined. */
export interface PeopleChange {
  orgId: string;
  /** Adds this many synthetic people. */
  add?: number;
  /** Sets fields. Without an id, or with an unknown one, it adds a person. */
  upsert?: PersonChange[];
  /** Removes the named people, or `count` people that `seed` draws, never sign-in accounts. */
  remove?: string[] | { count: number; seed: number };
  /** Like `upsert`, but every person must exist. */
  update?: (PersonChange & { id: string })[];
  churn?: { seed: number; add: number; change: number; remove: number };
}

/**
 * @param deactivate called for each sign-in account that is removed with its person
 * @throws TypeError for an unknown organization or, in `update`, an unknown person
 */
export function changePeople(world: World, change: PeopleChange, deactivate: (account: Account) => void): Churn {
  const organization = findOrganization(world, change.orgId);
  const people = organization.people();
  if (change.churn) return churn(people, change.churn);
  for (const { id } of change.update ?? []) {
    if (!people.byId(bareId(id))) throw new TypeError(`There is no person ${id}`);
  }
  const written = [...(change.upsert ?? []), ...(change.update ?? [])].map((given) => ({
    existed: given.id ? people.byId(bareId(given.id)) !== undefined : false,
    uuid: people.upsert(given),
  }));
  return {
    added: [
      ...written.filter(({ existed }) => !existed).map(({ uuid }) => uuid),
      ...(change.add ? people.add(change.add) : []),
    ],
    changed: written.filter(({ existed }) => existed).map(({ uuid }) => uuid),
    removed: change.remove ? removePeople(organization, change.remove, deactivate) : [],
  };
}

function removePeople(
  { people, accounts }: Organization,
  wanted: NonNullable<PeopleChange['remove']>,
  deactivate: (account: Account) => void,
): string[] {
  const uuids = Array.isArray(wanted) ? wanted : people().sample(wanted.count, wanted.seed);
  const removed = people().remove(uuids);
  for (const account of accounts) {
    if (removed.includes(account.personId)) deactivate(account);
  }
  return removed;
}
