/** Every store engine against the simplest one: a map in memory. */

import { describe, expect, inject, test } from 'vitest';
import { codeOf } from '../../shared/domain/failure.ts';
import type { Query, Store, Write } from '../../shared/ports.ts';
import fc from '../support/property.ts';
import { storeEngines } from './store-engines.ts';

const emulators = inject('emulators');
const ids = ['a', 'b', 'c', 'd'];

/** A write whose version, if it has one, is chosen when it is sent: the present one, or one from the past. */
interface Step {
  id: string;
  kind: 'set' | 'delete';
  condition: 'none' | 'absent' | 'current' | 'stale';
  value: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  id: fc.constantFrom(...ids),
  kind: fc.constantFrom('set', 'set', 'set', 'delete'),
  condition: fc.constantFrom('none', 'none', 'absent', 'current', 'current', 'stale'),
  value: fc.integer({ min: 0, max: 9 }),
});
const commits = fc.array(fc.uniqueArray(step, { selector: ({ id }) => id, minLength: 1, maxLength: 4 }), {
  maxLength: 12,
});

class Model {
  readonly documents = new Map<string, { version: string; value: number }>();
  readonly pastVersions = new Map<string, string[]>();

  write({ id, kind, condition, value }: Step): Write {
    const version = condition === 'current' ? this.documents.get(id)?.version : this.pastVersions.get(id)?.[0];
    const wanted = condition === 'current' || condition === 'stale' ? { version: version ?? '1.000000000' } : undefined;
    if (kind === 'delete') return { delete: `things/${id}`, if: wanted };
    return { set: `things/${id}`, data: { value }, if: condition === 'absent' ? 'absent' : wanted };
  }

  holds({ id, kind, condition }: Step): boolean {
    const there = this.documents.has(id);
    if (condition === 'none') return true;
    if (condition === 'absent') return kind === 'delete' || !there;
    return condition === 'current' && there;
  }

  apply({ id, kind, value }: Step, version: string): void {
    const before = this.documents.get(id);
    const past = this.pastVersions.get(id) ?? [];
    if (before && before.version !== version) this.pastVersions.set(id, [...past, before.version]);
    expect(past).not.toContain(version);
    // A set that changes nothing may keep the version.
    if (kind === 'set' && before?.version === version) expect(before.value).toBe(value);
    if (kind === 'delete') this.documents.delete(id);
    else this.documents.set(id, { version, value });
  }
}

async function play(store: Store, sequence: Step[][]): Promise<void> {
  const model = new Model();
  for (const steps of sequence) {
    const writes = steps.map((each) => model.write(each));
    const outcome = await store.commit(writes).catch(codeOf);
    if (steps.every((each) => model.holds(each))) {
      for (const [index, each] of steps.entries()) model.apply(each, String(outcome[index]));
    } else {
      expect(outcome).toBe('conflict');
    }
    const found = await store.getMany<{ value: number }>(ids.map((id) => `things/${id}`));
    const seen = found.map((each) => each && { version: each.version, value: each.data.value });
    expect(seen).toEqual(ids.map((id) => model.documents.get(id)));
  }
}

interface Thing {
  rank?: number;
  name?: string;
  open: boolean;
  in: string[];
}

const names = ['', 'a', 'ab', 'b', 'Z', 'ä', '漢'];
const thing: fc.Arbitrary<Thing> = fc.record(
  {
    rank: fc.integer({ min: -2, max: 4 }),
    name: fc.constantFrom(...names),
    open: fc.boolean(),
    in: fc.subarray(['p', 'q', 'r']),
  },
  { requiredKeys: ['open', 'in'] },
);
const things = fc.dictionary(fc.stringMatching(/^[a-cA-C]{1,2}$/), thing, { maxKeys: 20 });

const bound = { rank: fc.integer({ min: -3, max: 5 }), name: fc.constantFrom(...names) };
const query: fc.Arbitrary<Query> = fc.constantFrom('rank' as const, 'name' as const).chain(
  (field) =>
    fc.record(
      {
        collection: fc.constant('things'),
        equals: fc.record({ open: fc.boolean() }),
        contains: fc.record({ field: fc.constant('in'), value: fc.constantFrom('p', 'q') }),
        range: fc.record(
          { field: fc.constant(field), from: bound[field], before: bound[field] },
          { requiredKeys: ['field'] },
        ),
        orderBy: fc.record({ field: fc.constant(field), direction: fc.constantFrom('ascending', 'descending') }),
        after: fc.record({ value: bound[field], id: fc.stringMatching(/^[a-cA-C]{1,2}$/) }),
        limit: fc.integer({ min: 1, max: 12 }),
      },
      { requiredKeys: ['collection', 'orderBy', 'limit'] },
    ) as fc.Arbitrary<Query>,
);

const byBytes = (a: string | number, b: string | number) =>
  typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(String(b))) : a - Number(b);

/** The ids that a query must answer, the slow and obvious way. */
function expected(
  documents: Record<string, Thing>,
  { equals, contains, range, orderBy, after, limit }: Query,
): string[] {
  const field = orderBy?.field as 'rank' | 'name';
  const sign = orderBy?.direction === 'descending' ? -1 : 1;
  const compare = (a: [string | number, string], b: [string | number, string]) =>
    sign * (byBytes(a[0], b[0]) || byBytes(a[1], b[1]));
  return Object.entries(documents)
    .filter(([, data]) => data[field] !== undefined)
    .filter(([, data]) => equals === undefined || data.open === equals.open)
    .filter(([, data]) => contains === undefined || data.in.includes(contains.value))
    .map(([id, data]): [string | number, string] => [data[field] as string | number, id])
    .filter(([value]) => range?.from === undefined || byBytes(value, range.from) >= 0)
    .filter(([value]) => range?.before === undefined || byBytes(value, range.before) < 0)
    .filter((key) => after === undefined || compare(key, [after.value as string | number, after.id]) > 0)
    .sort(compare)
    .slice(0, limit)
    .map(([, id]) => id);
}

describe.for(storeEngines(emulators?.firestoreHost))('$name', ({ missing, create, cases }) => {
  describe.skipIf(missing)('equals the model', () => {
    test('after any sequence of commits', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(commits, async (sequence) => {
          const place = create();
          await play(place.open(), sequence).finally(() => place.remove());
        }),
        { numRuns: cases },
      );
    });

    test('in what any query answers', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(things, fc.array(query, { minLength: 10, maxLength: 10 }), async (documents, queries) => {
          const place = create();
          const store = place.open();
          try {
            await store.commit(Object.entries(documents).map(([id, data]) => ({ set: `things/${id}`, data })));
            for (const each of queries) {
              const found = await store.query(each);
              expect(found.map(({ path }) => path.slice('things/'.length))).toEqual(expected(documents, each));
            }
          } finally {
            await place.remove();
          }
        }),
        { numRuns: cases },
      );
    });
  });
});
