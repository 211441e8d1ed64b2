/** Converts documents and queries to Firestore's wire format and back. Pure; it imports only the SDK's types. */

import type { protos } from '@google-cloud/firestore-api';
import type { Query } from '../../ports.ts';
import { checkField } from '../store-limits.ts';

type WireValue = protos.google.firestore.v1.IValue;
type WireFields = Record<string, WireValue>;
type WireQuery = protos.google.firestore.v1.IStructuredQuery;
type Operator = 'EQUAL' | 'ARRAY_CONTAINS' | 'GREATER_THAN_OR_EQUAL' | 'LESS_THAN';
type WireTime = protos.google.protobuf.ITimestamp;

/** The time to live of a document. Firestore's policy accepts only a Timestamp. */
const expiryField = 'expireAt';

/** The wire fields of a document that `JSON.parse` returned, so it holds only JSON's types. */
export function toFields(document: Record<string, unknown>): WireFields {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, fieldToWire(key, value)]));
}

/** The document for wire fields: the inverse of `toFields`. */
export function fromFields(fields: WireFields): Record<string, unknown> {
  const document = mapFromWire(fields);
  const expireAt = fields[expiryField]?.timestampValue;
  if (expireAt) document[expiryField] = Number(expireAt.seconds) * 1000 + Math.round((expireAt.nanos ?? 0) / 1e6);
  return document;
}

/** Writes whole numbers as integers and others as doubles, because Firestore compares the two as one type. */
function toWire(value: unknown): WireValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { booleanValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  }
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toWire) } };
  return { mapValue: { fields: mapToWire(value as object) } };
}

/** The wire form of a query. @param root the resource name that document paths start from */
export function toStructuredQuery(query: Query, root: string): WireQuery {
  const filters: NonNullable<WireQuery['where']>[] = [];
  const add = (path: string, op: Operator, value: string | number | boolean) =>
    filters.push({ fieldFilter: { field: { fieldPath: checkField(path) }, op, value: fieldToWire(path, value) } });
  for (const [field, value] of Object.entries(query.equals ?? {})) add(field, 'EQUAL', value);
  if (query.contains) add(query.contains.field, 'ARRAY_CONTAINS', query.contains.value);
  const { range, after } = query;
  if (range?.from !== undefined) add(range.field, 'GREATER_THAN_OR_EQUAL', range.from);
  if (range?.before !== undefined) add(range.field, 'LESS_THAN', range.before);

  const ordered = query.orderBy?.field ?? range?.field;
  const direction = query.orderBy?.direction === 'descending' ? ('DESCENDING' as const) : ('ASCENDING' as const);
  const keys = ordered === undefined ? ['__name__'] : [checkField(ordered), '__name__'];
  const id = { referenceValue: `${root}/${query.collection}/${after?.id}` };
  return {
    from: [{ collectionId: query.collection.slice(query.collection.lastIndexOf('/') + 1) }],
    where: filters.length === 0 ? undefined : { compositeFilter: { op: 'AND', filters } },
    orderBy: keys.map((fieldPath) => ({ field: { fieldPath }, direction })),
    startAt: after && { values: ordered === undefined ? [id] : [fieldToWire(ordered, after.value), id], before: false },
    limit: { value: query.limit },
  };
}

/** The version of a document: its time of change, to the nanosecond (`1795460813.395550000`). */
export function versionFromTime(time: WireTime | null | undefined): string {
  return `${time?.seconds}.${String(time?.nanos ?? 0).padStart(9, '0')}`;
}

/** The time of a version; undefined for a text that is not one. */
export function timeFromVersion(version: string): WireTime | undefined {
  const match = /^(\d{1,12})\.(\d{9})$/.exec(version);
  return match ? { seconds: match[1], nanos: Number(match[2]) } : undefined;
}

function fieldToWire(field: string, value: unknown): WireValue {
  return field === expiryField && typeof value === 'number' ? { timestampValue: timeFromMs(value) } : toWire(value);
}

function timeFromMs(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round(ms - seconds * 1000) * 1e6 };
}

function mapToWire(map: object): WireFields {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, toWire(value)]));
}

function mapFromWire(fields: WireFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, fromWire(value)]));
}

/** Reads `valueType`, because the decoder writes defaults into all other fields of a value. */
function fromWire(value: WireValue & { valueType?: string }): unknown {
  switch (value.valueType) {
    case 'stringValue':
      return value.stringValue;
    case 'booleanValue':
      return value.booleanValue;
    case 'integerValue':
      return Number(value.integerValue);
    case 'doubleValue':
      return value.doubleValue;
    case 'arrayValue':
      return (value.arrayValue?.values ?? []).map(fromWire);
    case 'mapValue':
      return mapFromWire(value.mapValue?.fields ?? {});
    default:
      // Null, and types that our documents never hold.
      return null;
  }
}
