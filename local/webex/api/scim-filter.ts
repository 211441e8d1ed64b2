/** Filters of SCIM: a parser that turns the text into a condition on a user. */

import { valuesOf } from './scim-attributes.ts';

type Condition = (user: unknown) => boolean;

/** `undefined` for a filter that cannot be understood. @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2 */
export function parseFilter(text: string): Condition | undefined {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[()[\]]|[^\s()[\]"]+/g) ?? [];
  try {
    const parser = filterParser(tokens);
    const condition = parser.anyOf();
    return parser.atEnd() ? condition : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function filterParser(tokens: string[]) {
  let position = 0;
  const next = (): string => {
    const token = tokens[position++];
    if (token === undefined) throw new SyntaxError('The filter ends too early');
    return token;
  };
  const accept = (word: string): boolean => {
    if (tokens[position]?.toLowerCase() !== word) return false;
    position++;
    return true;
  };
  const enclosed = (end: string): Condition => {
    const condition = anyOf();
    if (!accept(end)) throw new SyntaxError(`The filter lacks ${end}`);
    return condition;
  };

  function anyOf(): Condition {
    const conditions = [allOf()];
    while (accept('or')) conditions.push(allOf());
    return (user) => conditions.some((condition) => condition(user));
  }

  function allOf(): Condition {
    const conditions = [single()];
    while (accept('and')) conditions.push(single());
    return (user) => conditions.every((condition) => condition(user));
  }

  function single(): Condition {
    if (accept('not')) {
      const condition = single();
      return (user) => !condition(user);
    }
    if (accept('(')) return enclosed(')');
    const name = next();
    if (accept('[')) {
      const condition = enclosed(']');
      return (user) => listOf(user, name).some(condition);
    }
    if (accept('pr')) return (user) => valuesOf(user, name).length > 0;
    const compare = comparisons[next().toLowerCase()];
    if (!compare) throw new SyntaxError('The filter has an unknown operator');
    const wanted = comparable(JSON.parse(next()));
    return (user) => valuesOf(user, name).some((value) => compare(comparable(value), wanted));
  }

  return { anyOf, atEnd: () => position === tokens.length };
}

/** The elements of a list as they are, so that a condition in brackets can see all of their fields. */
function listOf(user: unknown, name: string): unknown[] {
  const value = typeof user === 'object' && user !== null ? Object.entries(user) : [];
  return [value.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? []].flat();
}

/** Texts compare without regard to case; booleans and numbers compare as their texts. */
const comparable = (value: unknown): string => String(value).toLowerCase();

const comparisons: Record<string, (value: string, wanted: string) => boolean> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  co: (value, wanted) => value.includes(wanted),
  sw: (value, wanted) => value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  gt: (value, wanted) => value > wanted,
  ge: (value, wanted) => value >= wanted,
  lt: (value, wanted) => value < wanted,
  le: (value, wanted) => value <= wanted,
};
