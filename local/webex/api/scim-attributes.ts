/** Attributes of SCIM users by name: reading them for filters, and showing only some of them. */

import { ciscoSchema, enterpriseSchema, type ScimUser } from './scim-user.ts';

const extensions = [enterpriseSchema, ciscoSchema];

/** Shown whatever a client asks for. */
const alwaysShown = ['schemas', 'id'];

/**
 * An attribute's name as the path of its fields. An extension's attribute is `<urn>:department`, and Webex's own
 * documentation also writes just `department`. @see https://www.rfc-editor.org/rfc/rfc7644#section-3.10
 */
function pathOf(name: string): string[] {
  const urn = extensions.find((schema) => name.toLowerCase().startsWith(schema.toLowerCase()));
  if (urn === undefined) return name.split('.');
  const rest = name.slice(urn.length + 1);
  return rest === '' ? [urn] : [urn, ...rest.split('.')];
}

/** The field's key in the object, because names of attributes ignore case. */
function keyOf(fields: object, name: string): string | undefined {
  return Object.keys(fields).find((key) => key.toLowerCase() === name.toLowerCase());
}

/** Every value of an attribute. A list of objects without a sub-attribute stands for their `value`s. */
export function valuesOf(user: unknown, name: string): unknown[] {
  let values = [user];
  for (const segment of pathOf(name)) values = values.flatMap((value) => step(value, segment));
  return values.map((value) => (isFields(value) && 'value' in value ? value.value : value));
}

const isFields = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function step(value: unknown, segment: string): unknown[] {
  if (!isFields(value)) return [];
  const key = keyOf(value, segment);
  const found = key === undefined ? undefined : value[key];
  return found === undefined ? [] : [found].flat();
}

/** The user with the named attributes alone, or without them. Both are lists separated by commas. */
export function selectAttributes(user: ScimUser, wanted: string | null, excluded: string | null): ScimUser {
  if (wanted) {
    const shown: ScimUser = {};
    for (const name of [...alwaysShown, ...wanted.split(',')]) copy(user, shown, placeOf(user, name.trim()));
    return shown;
  }
  if (!excluded) return user;
  const shown = structuredClone(user);
  for (const name of excluded.split(',')) {
    const path = placeOf(user, name.trim());
    if (!alwaysShown.includes(path[0] ?? '')) remove(shown, path);
  }
  return shown;
}

/** The path of the attribute's fields in this user. A bare name may be an extension's attribute. */
function placeOf(user: ScimUser, name: string): string[] {
  const path = pathOf(name);
  const [first = '', ...rest] = path;
  const key = keyOf(user, first);
  if (key !== undefined) return [key, ...rest];
  const urn = extensions.find((schema) => isFields(user[schema]) && keyOf(user[schema], first) !== undefined);
  return urn === undefined ? path : [urn, ...path];
}

function copy(from: unknown, to: Record<string, unknown>, [name = '', ...rest]: string[]): void {
  if (!isFields(from)) return;
  const key = keyOf(from, name);
  if (key === undefined) return;
  const value = from[key];
  if (rest.length === 0 || !isFields(value) || Array.isArray(value)) {
    to[key] = value;
    return;
  }
  const inner = isFields(to[key]) ? to[key] : {};
  to[key] = inner;
  copy(value, inner, rest);
}

function remove(from: unknown, [name = '', ...rest]: string[]): void {
  if (!isFields(from)) return;
  const key = keyOf(from, name);
  if (key === undefined) return;
  if (rest.length === 0) delete from[key];
  else remove(from[key], rest);
}
