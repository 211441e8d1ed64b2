import { describe, expect, it } from 'vitest';
import {
  fromFields,
  timeFromVersion,
  toFields,
  toStructuredQuery,
  versionFromTime,
} from '../../../../shared/adapters/google/firestore-wire.ts';

/** A wire value as the SDK decodes it: with the name of the field that is set. */
function decoded(value: object): object {
  const [[valueType, content]] = Object.entries(value) as [[string, Record<string, object>]];
  if (valueType === 'mapValue') return { valueType, mapValue: { fields: decodedFields(content.fields ?? {}) } };
  if (valueType !== 'arrayValue') return { ...value, valueType };
  return { valueType, arrayValue: { values: (content.values as unknown as object[]).map(decoded) } };
}
const decodedFields = (fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, decoded(value)]));

describe('a document', () => {
  it.each([
    ['text', { a: 'ü' }, { a: { stringValue: 'ü' } }],
    ['a flag', { a: false }, { a: { booleanValue: false } }],
    ['a whole number', { a: -5 }, { a: { integerValue: '-5' } }],
    ['a large number', { a: 2 ** 53 - 1 }, { a: { integerValue: '9007199254740991' } }],
    ['a number beyond integers', { a: 2 ** 53 }, { a: { doubleValue: 2 ** 53 } }],
    ['a fraction', { a: 0.5 }, { a: { doubleValue: 0.5 } }],
    ['null', { a: null }, { a: { nullValue: 'NULL_VALUE' } }],
    ['a list', { a: ['x', 1] }, { a: { arrayValue: { values: [{ stringValue: 'x' }, { integerValue: '1' }] } } }],
    ['an empty list', { a: [] }, { a: { arrayValue: { values: [] } } }],
    ['an object', { a: { b: true } }, { a: { mapValue: { fields: { b: { booleanValue: true } } } } }],
    ['an empty object', { a: {} }, { a: { mapValue: { fields: {} } } }],
    [
      'its time to live',
      { expireAt: 1_795_460_813_250 },
      { expireAt: { timestampValue: { seconds: 1_795_460_813, nanos: 250_000_000 } } },
    ],
    ['a time before 1970', { expireAt: -1 }, { expireAt: { timestampValue: { seconds: -1, nanos: 999_000_000 } } }],
    [
      'the same field deeper down',
      { a: { expireAt: 5 } },
      { a: { mapValue: { fields: { expireAt: { integerValue: '5' } } } } },
    ],
  ])('with %s has this wire form, and is read back', (_what, document, fields) => {
    expect(toFields(document)).toEqual(fields);
    expect(fromFields(decodedFields(fields))).toEqual(document);
  });
});

describe('a version', () => {
  it('is exact to the nanosecond, both ways', () => {
    const time = { seconds: '1795460813', nanos: 5 };
    expect(versionFromTime(time)).toBe('1795460813.000000005');
    expect(timeFromVersion('1795460813.000000005')).toEqual(time);
  });

  it.each(['', '1', 'abc', '1.5', '1.0000000000', '-1.000000000', `1.000000000'`])('is none: %s', (text) => {
    expect(timeFromVersion(text)).toBeUndefined();
  });
});

describe('a query', () => {
  const root = 'projects/p/databases/d/documents';
  const id = (text: string) => ({ referenceValue: `${root}/customers/a/users/${text}` });
  const field = (fieldPath: string) => ({ field: { fieldPath } });

  it('without conditions is ordered by id', () => {
    expect(toStructuredQuery({ collection: 'customers', limit: 5 }, root)).toEqual({
      from: [{ collectionId: 'customers' }],
      where: undefined,
      orderBy: [{ ...field('__name__'), direction: 'ASCENDING' }],
      startAt: undefined,
      limit: { value: 5 },
    });
  });

  it('carries conditions, order and position', () => {
    const query = toStructuredQuery(
      {
        collection: 'customers/a/users',
        equals: { state: 'active' },
        contains: { field: 'ancestors', value: 'sys' },
        range: { field: 'nameKey', from: 'a', before: 'b' },
        orderBy: { field: 'nameKey', direction: 'descending' },
        after: { value: 'ab', id: 'x' },
        limit: 9,
      },
      root,
    );
    const condition = (path: string, op: string, value: object) => ({ fieldFilter: { ...field(path), op, value } });
    expect(query).toEqual({
      from: [{ collectionId: 'users' }],
      where: {
        compositeFilter: {
          op: 'AND',
          filters: [
            condition('state', 'EQUAL', { stringValue: 'active' }),
            condition('ancestors', 'ARRAY_CONTAINS', { stringValue: 'sys' }),
            condition('nameKey', 'GREATER_THAN_OR_EQUAL', { stringValue: 'a' }),
            condition('nameKey', 'LESS_THAN', { stringValue: 'b' }),
          ],
        },
      },
      orderBy: [
        { ...field('nameKey'), direction: 'DESCENDING' },
        { ...field('__name__'), direction: 'DESCENDING' },
      ],
      startAt: { values: [{ stringValue: 'ab' }, id('x')], before: false },
      limit: { value: 9 },
    });
  });

  it('takes an instant where the field is the time to live', () => {
    const { where } = toStructuredQuery(
      { collection: 'c', range: { field: 'expireAt', before: 1000 }, limit: 1 },
      root,
    );
    expect(JSON.stringify(where)).toContain('"timestampValue":{"seconds":1,"nanos":0}');
  });

  it('refuses a name that is no field', () => {
    expect(() => toStructuredQuery({ collection: 'c', equals: { 'a b': 1 }, limit: 1 }, root)).toThrow('Not a field');
  });
});
