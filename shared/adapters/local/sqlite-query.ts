/** Converts a query of the store port to one SELECT. Pure. */

import type { Query } from '../../ports.ts';
import { checkField } from '../store-limits.ts';

/** The SELECT for a query. It compares types before values, because SQLite stores a boolean as a number and an object as text. */
export function toSelect(query: Query): { sql: string; values: (string | number)[] } {
  const conditions = ['collection = ?'];
  const values: (string | number)[] = [query.collection];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  for (const [field, value] of Object.entries(query.equals ?? {})) {
    if (typeof value === 'boolean') add(`${type(field)} = ?`, String(value));
    else add(`${extract(field)} = ? AND ${ofType(field, value)}`, value);
  }
  if (query.contains) {
    const each = `json_each(data, '$.${checkField(query.contains.field)}')`;
    const isArray = `${type(query.contains.field)} = 'array'`;
    add(`${isArray} AND EXISTS (SELECT 1 FROM ${each} WHERE value = ? AND type = 'text')`, query.contains.value);
  }
  const { from, before } = query.range ?? {};
  if (query.range && from !== undefined) {
    add(`${extract(query.range.field)} >= ? AND ${ofType(query.range.field, from)}`, from);
  }
  if (query.range && before !== undefined) {
    add(`${extract(query.range.field)} < ? AND ${ofType(query.range.field, before)}`, before);
  }
  const ordered = query.orderBy?.field ?? query.range?.field;
  const descending = query.orderBy?.direction === 'descending';
  if (ordered !== undefined) add(`${extract(ordered)} IS NOT NULL`);
  if (query.after) {
    const { value = '', id } = query.after;
    const sign = descending ? '<' : '>';
    if (ordered === undefined) add(`id ${sign} ?`, id);
    // The first condition is redundant, but it lets an index start at the position.
    else add(`${extract(ordered)} ${sign}= ? AND (${extract(ordered)}, id) ${sign} (?, ?)`, value, value, id);
  }
  const keys = ordered === undefined ? ['id'] : [extract(ordered), 'id'];
  const order = keys.map((key) => `${key} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const sql = `SELECT version, id, data FROM documents WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`;
  return { sql, values: [...values, query.limit] };
}

/** The value of a field of a document. */
export function extract(field: string): string {
  return `json_extract(data, '$.${checkField(field)}')`;
}

function type(field: string): string {
  return `json_type(data, '$.${checkField(field)}')`;
}

function ofType(field: string, value: string | number): string {
  return typeof value === 'string' ? `${type(field)} = 'text'` : `${type(field)} IN ('integer', 'real')`;
}
