/** docs/storage.md has a row for every path in the layout, and its examples are JSON. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as layout from '../../shared/storage/layout.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/storage.md'), 'utf8');
const rows = [...text.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, path]) => path!.replaceAll(/\{[^}]*\}/g, '{}'));
const named = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, path]) => path!));

/** Every path that the layout gives, with `{}` for each name in it. */
const paths = Object.entries(layout)
  .filter(([name]) => !name.endsWith('Place'))
  .map(([, value]) => (typeof value === 'function' ? (value as (id: never) => string)(placeholder()) : value));

function placeholder(): never {
  return Object.assign('{}', { customerId: '{}', id: '{}' }) as never;
}

describe('docs/storage.md', () => {
  it.each(paths)('has a row for %s', (path) => {
    const wanted = path.replaceAll(/\[object Object\]/g, '{}');
    expect(named.some((row) => row === wanted || row.startsWith(`${wanted}/`) || row.startsWith(`${wanted}:`))).toBe(
      true,
    );
  });

  it('has examples that are JSON', () => {
    const blocks = [...text.matchAll(/^```jsonc?\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
    for (const block of blocks) {
      const documents = block
        .replaceAll(/^ *\/\/.*$/gm, '')
        .split(/\n(?=\{)/)
        .filter((each) => each.trim());
      for (const document of documents) expect(() => JSON.parse(document), document).not.toThrow();
    }
  });
});
