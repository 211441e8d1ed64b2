/** `GET /v1/people`: filters, pages, next links, and the ways in which those are known to go wrong. */

import { type Answer, Refusal } from '../answers.ts';
import type { PageFault } from '../faults/rules.ts';
import { bareId, bareIdOfType } from '../ids.ts';
import type { Organization } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Call, World } from '../world.ts';
import { personOnWire } from './wire.ts';

/** The most ids that one look-up takes. */
const maxIds = 85;

interface Page {
  people: Person[];
  /** The offset behind which more people follow. */
  next?: number;
}

/** @see https://developer.webex.com/docs/api/v1/people/list-people */
export function listPeople(world: World, call: Call, organization: Organization): Answer {
  const query = call.url.searchParams;
  const calling = query.get('callingData') === 'true';
  const view = {
    orgId: organization.id,
    callingData: calling,
    booleansAsStrings: world.settings.booleansAsStrings,
  };
  const ids = query.get('id');
  if (ids !== null) {
    const { found, notFound } = lookUp(organization, ids);
    return {
      status: 200,
      json: {
        items: found.map((person) => personOnWire(person, { ...view, administrative: false })),
        notFoundIds: notFound.length > 0 ? notFound : null,
      },
    };
  }
  const cursor = readCursor(query.get('cursor'));
  const max = Math.min(
    positive(query.get('max'), 'max') ?? cursor.limit ?? 100,
    world.settings.pageCeiling,
    calling ? 100 : Number.POSITIVE_INFINITY,
    query.has('locationId') ? 50 : Number.POSITIVE_INFINITY,
  );
  const page = cut(organization, query, cursor.offset, max);
  const { people, link } = spoil(page, call, cursor, max);
  const presenceAt = query.get('excludeStatus') === 'true' ? undefined : world.now();
  return {
    status: 200,
    ...(link && { headers: { Link: `<${link}>; rel="next"` } }),
    json: {
      items: people.map((person) =>
        personOnWire(person, { ...view, administrative: true, ...(presenceAt !== undefined && { presenceAt }) }),
      ),
      notFoundIds: null,
    },
  };
}

function lookUp(organization: Organization, ids: string): { found: Person[]; notFound: string[] } {
  const wanted = [...new Set(ids.split(',').filter(Boolean))];
  if (wanted.length > maxIds) throw new Refusal(400, `At most ${maxIds} ids can be looked up at once.`);
  const notFound: string[] = [];
  const found = wanted.flatMap((id) => {
    const person = organization.people().byId(bareIdOfType('PEOPLE', id) ?? '');
    if (!person) notFound.push(id);
    return person ?? [];
  });
  return { found, notFound };
}

function cut(organization: Organization, query: URLSearchParams, offset: number, max: number): Page {
  const filter = filterOf(query);
  const people = organization.people();
  const email = query.get('email');
  if (email === null && !filter) return pageOf(people.slice(offset, max), people.size(), offset);
  const candidates = email === null ? people.all() : [people.byEmail(email) ?? []].flat();
  const matching = [...candidates].filter(filter ?? (() => true));
  return pageOf(matching.slice(offset, offset + max), matching.length, offset);
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

function positive(text: string | null, name: string): number | undefined {
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) throw new Refusal(400, `Invalid value for parameter '${name}'.`);
  return Number(text);
}

interface Cursor {
  offset: number;
  limit?: number;
  /** Set after an empty page, so that the link behind it is another one. */
  again?: boolean;
}

function readCursor(text: string | null): Cursor {
  if (text === null) return { offset: 0 };
  const match = /^limit=(\d{1,9})&startIndex=(\d{1,9})(&again)?$/.exec(Buffer.from(text, 'base64url').toString());
  if (!match) throw new Refusal(400, "Invalid value for parameter 'cursor'.");
  return { limit: Number(match[1]), offset: Number(match[2]), again: match[3] !== undefined };
}

function nextLink(url: URL, max: number, offset: number, again = false): URL {
  const link = new URL(url);
  const cursor = `limit=${max}&startIndex=${offset}${again ? '&again' : ''}`;
  link.searchParams.set('max', String(max));
  link.searchParams.set('cursor', Buffer.from(cursor).toString('base64url'));
  return link;
}

/** The page as it leaves: with its next link, and with the fault that was ordered. */
function spoil(page: Page, call: Call, cursor: Cursor, max: number): { people: Person[]; link?: URL } {
  const { people, next } = page;
  const link = next === undefined ? undefined : nextLink(call.url, max, next);
  const faults: Record<PageFault, () => { people: Person[]; link?: URL | undefined }> = {
    short: () => {
      const half = Math.ceil(people.length / 2);
      return { people: people.slice(0, half), link: nextLink(call.url, max, cursor.offset + half) };
    },
    'empty-with-next': () => ({ people: [], link: nextLink(call.url, max, cursor.offset, !cursor.again) }),
    duplicate: () => ({ people, link: link && nextLink(call.url, max, Math.max(cursor.offset + 1, next! - 1)) }),
    'no-next': () => ({ people }),
    'max-null': () => {
      link?.searchParams.set('max', 'null');
      return { people, link };
    },
    'dropped-parameters': () => {
      for (const name of [...(link?.searchParams.keys() ?? [])]) {
        if (name !== 'cursor') link?.searchParams.delete(name);
      }
      return { people, link };
    },
    'foreign-link': () => ({ people, link: nextLink(new URL('https://people.invalid/v1/people'), max, next ?? 0) }),
    loop: () => ({ people, link: nextLink(call.url, max, cursor.offset) }),
  };
  const spoiled = call.pageFault ? faults[call.pageFault]() : { people, link };
  return { people: spoiled.people, ...(spoiled.link && { link: spoiled.link }) };
}
