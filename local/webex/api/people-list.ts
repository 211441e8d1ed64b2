/** `GET /v1/people`: look-ups by id, filters, and pages of everyone. */

import { type Answer, Refusal } from '../answers.ts';
import { bareId, bareIdOfType } from '../ids.ts';
import type { Organization } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Call, World } from '../world.ts';
import { administersPeople, assertOwnOrganization, type Caller, forbidden } from './caller.ts';
import { type Page, readPosition, toLinkedPage } from './people-page.ts';
import { type PersonView, personOnWire } from './person-on-wire.ts';

/** The most ids that one look-up takes. */
const maxIds = 85;

/** @see https://developer.webex.com/docs/api/v1/people/list-people */
export function listPeople(world: World, call: Call, caller: Caller): Answer {
  const query = call.url.searchParams;
  assertOwnOrganization(query.get('orgId'), caller);
  const administrative = administersPeople(caller);
  if (!administrative && !['id', 'email', 'displayName'].some((name) => query.has(name))) {
    throw world.settings.unfilteredByMember === 400
      ? new Refusal(400, 'Email, displayName, or id list should be specified.')
      : new Refusal(403, forbidden);
  }
  const { organization } = caller;
  const view = {
    orgId: organization.id,
    callingData: query.get('callingData') === 'true',
    booleansAsStrings: world.settings.booleansAsStrings,
    administrative,
  };
  const ids = query.get('id');
  if (ids !== null) return lookUpPeople(organization, ids, view);
  const presence = query.get('excludeStatus') === 'true' ? {} : { presenceAt: world.now() };
  return listPage(world, call, organization, { ...view, ...presence });
}

/** A look-up shows the user name in place of licences, roles and presence. */
function lookUpPeople(organization: Organization, ids: string, view: PersonView): Answer {
  const wanted = [...new Set(ids.split(',').filter(Boolean))];
  if (wanted.length > maxIds) throw new Refusal(400, `At most ${maxIds} ids can be looked up at once.`);
  const notFound: string[] = [];
  const found = wanted.flatMap((id) => {
    const person = organization.people().byId(bareIdOfType('PEOPLE', id) ?? '');
    if (!person) notFound.push(id);
    return person ?? [];
  });
  const items = found.map((person) => ({
    ...personOnWire(person, { ...view, administrative: false }),
    userName: person.emails[0],
  }));
  return { status: 200, json: { items, notFoundIds: notFound.length > 0 ? notFound : null } };
}

function listPage(world: World, call: Call, organization: Organization, view: PersonView): Answer {
  const query = call.url.searchParams;
  const position = readPosition(query);
  const max = Math.min(
    positiveNumber(query.get('max'), 'max') ?? position.limit ?? 100,
    world.settings.pageCeiling,
    view.callingData ? 100 : Number.POSITIVE_INFINITY,
    query.has('locationId') ? 50 : Number.POSITIVE_INFINITY,
  );
  const page = pageAt(organization, query, position.offset, max);
  const { people, link } = toLinkedPage(page, { call, position, max, parameter: world.settings.pageLink });
  return {
    status: 200,
    ...(link && { headers: { Link: `<${link}>; rel="next"` } }),
    json: { items: people.map((person) => personOnWire(person, view)), notFoundIds: null },
  };
}

function pageAt(organization: Organization, query: URLSearchParams, offset: number, max: number): Page {
  const filter = filterOf(query);
  const people = organization.people();
  const email = query.get('email');
  if (email === null && !filter) return pageOf(people.slice(offset, max), people.size(), offset);
  const candidates = email === null ? people.all() : [people.byEmail(email) ?? []].flat();
  const found = [...candidates].filter(filter ?? (() => true));
  return pageOf(found.slice(offset, offset + max), found.length, offset);
}

function pageOf(people: Person[], total: number, offset: number): Page {
  const end = offset + people.length;
  return { people, ...(end < total && { next: end }) };
}

function filterOf(query: URLSearchParams): ((person: Person) => boolean) | undefined {
  const name = query.get('displayName')?.toLowerCase();
  const locationId = query.get('locationId');
  const roles = query.get('roles')?.split(',').map(bareId);
  if (name === undefined && locationId === null && !roles) return undefined;
  return (person) =>
    (name === undefined || person.displayName.toLowerCase().startsWith(name)) &&
    (locationId === null || person.locationId === bareId(locationId)) &&
    (!roles || person.roles.some((role) => roles.includes(role)));
}

function positiveNumber(text: string | null, name: string): number | undefined {
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new Refusal(400, `Invalid value for parameter '${name}'.`);
  return Number(text);
}
