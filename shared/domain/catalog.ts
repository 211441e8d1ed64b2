/**
 * What the ids of licences and roles mean. Names are looked up when a user is shown, not stored with it: a renamed licence
 * would otherwise rewrite everybody who has it.
 */

import type { License, Role } from './person.ts';

/** The document `customers/{id}/catalog/names`. */
export interface Catalog {
  licenses: License[];
  roles: Role[];
}

/** Whether two catalogs say the same, whatever the order. */
export function sameCatalog(one: Catalog, other: Catalog): boolean {
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

/** The names of ids; an id that the catalog does not have stands for itself. */
export function namesOf(ids: string[], items: { id: string; name: string }[]): string[] {
  return ids.map((id) => items.find((item) => item.id === id)?.name ?? id);
}
