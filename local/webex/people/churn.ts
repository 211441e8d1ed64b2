/** A day in an organization: additions, changes and removals that a seed decides. */

import { draws, mix, pick } from './chance.ts';
import type { Directory, PersonChange } from './directory.ts';
import { departments, lastNames, spellings, titles } from './names.ts';
import type { Person } from './person.ts';

export interface Churn {
  added: string[];
  changed: string[];
  removed: string[];
}

/** Removes, changes and adds people in that order, so that no person counts twice. Returns uuids. */
export function churn(
  people: Directory,
  { seed, add, change, remove }: { seed: number; add: number; change: number; remove: number },
): Churn {
  const removed = people.remove(people.sample(remove, mix(seed, 1)));
  const changed = people.sample(change, mix(seed, 2));
  for (const [index, uuid] of changed.entries()) {
    const draw = draws(mix(seed, index + 1000));
    people.upsert({ id: uuid, ...changeOf(people.byId(uuid)!, draw) });
  }
  return { added: people.add(add, mix(seed, 3)), changed, removed };
}

/** The new value always differs from the old one. */
function changeOf(person: Person, draw: () => number): PersonChange {
  const other = (list: readonly string[], old: string | undefined) =>
    pick(
      list.filter((value) => value !== old),
      draw(),
    );
  const kinds: (() => PersonChange)[] = [
    () => ({ title: other(titles, person.title) }),
    () => ({ department: other(departments, person.department) }),
    () => ({ loginEnabled: !person.loginEnabled }),
    () => ({ licenses: person.licenses.length > 1 ? person.licenses.slice(1) : [] }),
    () => {
      const names = lastNames.map((entry) => spellings(entry).name);
      const lastName = other(names, person.lastName);
      return { lastName, displayName: `${person.firstName} ${lastName}` };
    },
  ];
  // The last two kinds need licences: a person without any cannot lose one.
  return pick(kinds, draw() * (person.licenses.length > 0 ? 1 : 0.59))();
}
