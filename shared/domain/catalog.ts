/**
 * The names of licences and roles. They are looked up when a user is shown; if they were stored with each user, a renamed
 * licence would rewrite every user who has it. Pure.
 */

import type { License, Role } from './person.ts';

/** The document `customers/{id}/catalog/names`. */
export interface Catalog {
  licenses: License[];
  roles: Role[];
}

/** Whether two catalogs have the same entries in any order. */
export function isSameCatalog(one: Catalog, other: Catalog): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ licenses, roles }: Catalog): string {
  const lines = [
    ...licenses.map((each) => [each.id, each.name, each.totalUnits ?? null, each.consumedUnits ?? null]),
    ...roles.map(({ id, name }) => [id, name]),
  ];
  return lines
    .map((line) => JSON.stringify(line))
    .sort()
    .join('\n');
}

/** The names of ids; an id that is not in the catalog stays an id. */
export function namesOf(ids: string[], items: { id: string; name: string }[]): string[] {
  return ids.map((id) => items.find((item) => item.id === id)?.name ?? id);
}
