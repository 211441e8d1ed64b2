/** `GET /identity/scim/{organization}/v2/Users`: the other view of the people, which tells how many there are. */

import type { Answer } from '../answers.ts';
import type { Directory } from '../people/directory.ts';
import type { Organization } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Call, World } from '../world.ts';
import { personInScim } from './wire.ts';

/** @see https://developer.webex.com/docs/api/v1/scim-2-users/search-users */
export function searchUsers(world: World, call: Call, organization: Organization): Answer {
  const query = call.url.searchParams;
  const sortBy = query.get('sortBy') ?? '';
  const sortOrder = query.get('sortOrder') ?? 'ascending';
  if (!['', 'userName', 'id', 'meta.lastModified'].includes(sortBy)) return scimError(400, 'invalidPath', 'sortBy');
  if (!['ascending', 'descending'].includes(sortOrder)) return scimError(400, 'invalidValue', 'sortOrder');
  // Answering a filtered question with everybody would be worse than not answering it.
  if (query.get('filter')) return scimError(400, 'invalidFilter', 'filter');
  const startIndex = Math.max(1, integer(query.get('startIndex'), 1));
  const count = Math.min(Math.max(0, integer(query.get('count'), 100)), world.settings.pageCeiling);
  if (Number.isNaN(startIndex + count)) return scimError(400, 'invalidValue', 'startIndex or count');

  const people = page(organization.people(), sortBy, sortOrder === 'descending', startIndex - 1, count);
  const location = `${call.url.origin}/identity/scim/${organization.id}/v2/Users`;
  return {
    status: 200,
    json: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: organization.people().size(),
      itemsPerPage: people.length,
      startIndex,
      Resources: people.map((person) => personInScim(person, organization.id, location)),
    },
  };
}

/** @see https://datatracker.ietf.org/doc/html/rfc7644#section-3.12 */
function scimError(status: number, scimType: string, what: string): Answer {
  return {
    status,
    json: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      scimType,
      detail: `Not supported: the given ${what}.`,
    },
  };
}

function integer(text: string | null, fallback: number): number {
  if (text === null || text === '') return fallback;
  return /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function page(people: Directory, sortBy: string, down: boolean, offset: number, count: number): Person[] {
  if (sortBy === '') return people.slice(offset, count);
  const uuids = sortBy === 'meta.lastModified' ? people.byLastModified() : sorted([...people.all()], sortBy);
  const size = uuids.length;
  const end = Math.min(offset + count, size);
  return Array.from(
    { length: Math.max(0, end - offset) },
    (_, index) => people.byId(uuids[down ? size - 1 - offset - index : offset + index]!)!,
  );
}

function sorted(people: Person[], sortBy: string): string[] {
  const keyed = people.map(({ id, emails }) => ({ id, key: sortBy === 'id' ? id : (emails[0] ?? '') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ id }) => id);
}
