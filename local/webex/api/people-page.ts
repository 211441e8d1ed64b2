/** Next links of `GET /v1/people`, and the ways in which pages are known to go wrong. */

import { Refusal } from '../answers.ts';
import type { PageFault } from '../faults/rules.ts';
import type { Person } from '../people/person.ts';
import type { Settings } from '../settings.ts';
import type { Call } from '../world.ts';

export interface Page {
  people: Person[];
  /** The offset at which the next page starts. Absent on the last page. */
  next?: number;
}

interface LinkedPage {
  people: Person[];
  link?: URL | undefined;
}

interface Position {
  offset: number;
  limit?: number;
  /** Set after an empty page, so that its next link differs from the one that led there. */
  again?: boolean;
}

type LinkParameter = Settings['pageLink'];
const linkParameters: LinkParameter[] = ['cursor', 'after', 'before'];

/** Reads the position from whichever parameter carries it, because `pageLink` may change during a scan. */
export function readPosition(query: URLSearchParams): Position {
  const name = linkParameters.find((parameter) => query.has(parameter));
  if (name === undefined) return { offset: 0 };
  const text = Buffer.from(query.get(name)!, 'base64url').toString();
  const match = /^limit=(\d{1,9})&startIndex=(\d{1,9})(&again)?$/.exec(text);
  if (!match) throw new Refusal(400, `Invalid value for parameter '${name}'.`);
  return { limit: Number(match[1]), offset: Number(match[2]), again: match[3] !== undefined };
}

interface Request {
  call: Call;
  position: Position;
  max: number;
  parameter: LinkParameter;
}

/** The page with its next link, both spoiled if a fault falls on the call. */
export function toLinkedPage({ people, next }: Page, { call, position, max, parameter }: Request): LinkedPage {
  const linkTo = (offset: number, { again = false, base = call.url } = {}): URL => {
    const link = new URL(base);
    const text = `limit=${max}&startIndex=${offset}${again ? '&again' : ''}`;
    for (const name of linkParameters) link.searchParams.delete(name);
    link.searchParams.set('max', String(max));
    link.searchParams.set(parameter, Buffer.from(text).toString('base64url'));
    return link;
  };
  const link = next === undefined ? undefined : linkTo(next);
  const half = Math.ceil(people.length / 2);
  const spoiled: Record<PageFault, () => LinkedPage> = {
    short: () => ({ people: people.slice(0, half), link: linkTo(position.offset + half) }),
    'empty-with-next': () => ({ people: [], link: linkTo(position.offset, { again: !position.again }) }),
    duplicate: () => ({ people, link: link && linkTo(Math.max(position.offset + 1, next! - 1)) }),
    'no-next': () => ({ people }),
    'max-null': () => {
      link?.searchParams.set('max', 'null');
      return { people, link };
    },
    'dropped-parameters': () => ({
      people,
      link: link && new URL(`?${new URLSearchParams({ [parameter]: link.searchParams.get(parameter)! })}`, link),
    }),
    'foreign-link': () => ({
      people,
      link: linkTo(next ?? 0, { base: new URL('https://people.invalid/v1/people') }),
    }),
    loop: () => ({ people, link: linkTo(position.offset) }),
  };
  return call.pageFault ? spoiled[call.pageFault]() : { people, link };
}
