/** Reads single values of a JSON response: everything from Webex is `unknown` until it has been checked here. Pure. */

import { bareId } from '../../domain/webex-id.ts';

export type Fields = Record<string, unknown>;

/** The fields of an object; none for any other value. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A text that is not empty. Half a surrogate pair, which JSON allows and no store takes, is replaced. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((item) => item !== undefined) : [];
}

export function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

/** Webex describes flags as strings and sends booleans. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The bare id behind a Webex id. */
export function idOf(value: unknown): string | undefined {
  const id = textOf(value);
  return id && bareId(id);
}
