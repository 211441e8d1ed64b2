/** `/identity/scim/{organization}/v2/Users`: the same people seen through SCIM, with a total of them. */

import { type Answer, Refusal } from '../answers.ts';
import type { Directory } from '../people/directory.ts';
import type { Call, World } from '../world.ts';
import { type Caller, forbidden } from './caller.ts';
import { selectAttributes } from './scim-attributes.ts';
import { parseFilter } from './scim-filter.ts';
import { personInScim, roomInScim, type ScimUser } from './scim-user.ts';

/** The users of one organization, in order. They are computed when shown, because there may be 300,000. */
interface Users {
  size: number;
  slice(offset: number, count: number): ScimUser[];
}

const sortable = ['userName', 'id', 'meta.lastModified'];

/** @see https://developer.webex.com/docs/api/v1/scim-2-users/search-users */
export function searchUsers(world: World, call: Call, caller: Caller): Answer {
  const query = call.url.searchParams;
  const sortBy = query.get('sortBy') ?? '';
  const sortOrder = query.get('sortOrder') ?? 'ascending';
  if (sortBy !== '' && !sortable.includes(sortBy)) return scimError('invalidPath', 'sortBy');
  if (!['ascending', 'descending'].includes(sortOrder)) return scimError('invalidValue', 'sortOrder');
  const filter = query.get('filter') ?? '';
  const condition = filter === '' ? undefined : parseFilter(filter);
  if (filter !== '' && !condition) return scimError('invalidFilter', 'filter');
  const startIndex = Math.max(1, integer(query.get('startIndex'), 1));
  const count = Math.min(Math.max(0, integer(query.get('count'), 100)), world.settings.pageCeiling);
  if (Number.isNaN(startIndex + count)) return scimError('invalidValue', 'startIndex or count');

  const everyone = usersOf(world, call, caller, { sortBy, down: sortOrder === 'descending' });
  const users = condition ? filterUsers(everyone, condition) : everyone;
  const shown = users.slice(startIndex - 1, count);
  return {
    status: 200,
    json: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: users.size,
      itemsPerPage: shown.length,
      startIndex,
      Resources: shown.map((user) => selectAttributes(user, query.get('attributes'), query.get('excludedAttributes'))),
    },
  };
}

/** `me` is the caller, administrator or not. @see https://developer.webex.com/docs/api/v1/scim2-user/get-me */
export function getUser(world: World, call: Call, caller: Caller, name: string): Answer {
  const { account } = caller.grant;
  if (name !== 'me' && account.roles.length === 0) throw new Refusal(403, forbidden);
  const person = caller.organization.people().byId(name === 'me' ? account.personId : name);
  const query = call.url.searchParams;
  const user = person
    ? personInScim(person, viewOf(world, call, caller))
    : roomsOf(world, call, caller).find(({ id }) => id === name);
  if (!user) throw new Refusal(404, 'The user could not be found.');
  return { status: 200, json: selectAttributes(user, query.get('attributes'), query.get('excludedAttributes')) };
}

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.12 */
function scimError(scimType: string, what: string): Answer {
  return {
    status: 400,
    json: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType,
      detail: `Not supported: the given ${what}.`,
    },
  };
}

function integer(text: string | null, fallback: number): number {
  if (text === null || text === '') return fallback;
  return /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function viewOf(world: World, call: Call, { organization }: Caller) {
  const location = `${call.url.origin}/identity/scim/${organization.id}/v2/Users`;
  return { organization, settings: world.settings.scim, location };
}

function roomsOf(world: World, call: Call, caller: Caller): ScimUser[] {
  const view = viewOf(world, call, caller);
  return Array.from({ length: world.settings.scim.rooms }, (_, index) => roomInScim(index, view));
}

/** The people in the order asked for, then the rooms. */
function usersOf(world: World, call: Call, caller: Caller, order: { sortBy: string; down: boolean }): Users {
  const people = caller.organization.people();
  const view = viewOf(world, call, caller);
  const rooms = roomsOf(world, call, caller);
  const sorted = order.sortBy === '' ? undefined : sortedIds(people, order.sortBy);
  const size = people.size();
  const page = (offset: number, count: number) => {
    if (!sorted) return people.slice(offset, count);
    const length = Math.max(0, Math.min(count, size - offset));
    const at = (index: number) => sorted[order.down ? size - 1 - offset - index : offset + index]!;
    return Array.from({ length }, (_, index) => people.byId(at(index))!);
  };
  return {
    size: size + rooms.length,
    slice(offset, count) {
      const shown = page(offset, count).map((person) => personInScim(person, view));
      const from = Math.max(0, offset - size);
      return [...shown, ...rooms.slice(from, from + count - shown.length)];
    },
  };
}

function sortedIds(people: Directory, sortBy: string): string[] {
  if (sortBy === 'meta.lastModified') return people.byLastModified();
  const keyed = [...people.all()].map(({ id, emails }) => ({ id, key: sortBy === 'id' ? id : (emails[0] ?? id) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ id }) => id);
}

function filterUsers(users: Users, condition: (user: ScimUser) => boolean): Users {
  const found: ScimUser[] = [];
  const step = 1000;
  for (let offset = 0; offset < users.size; offset += step) {
    found.push(...users.slice(offset, step).filter(condition));
  }
  return { size: found.length, slice: (offset, count) => found.slice(offset, offset + count) };
}
