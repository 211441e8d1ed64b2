import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('every row of the attack table in SECURITY.md is a test here, and the other way round', () => {
  const document = readFileSync(join(import.meta.dirname, '../../../../SECURITY.md'), 'utf8');
  const rows = [...document.matchAll(/^\| \*\*(.+?)\*\* (.*?) \| /gm)].map(([, name, rest]) => `${name} ${rest}`);
  const files = globSync('*.test.ts', { cwd: import.meta.dirname });
  const texts = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const titles = texts.flatMap((text) => [...text.matchAll(/^it\('(.+?: .+?)', async/gm)].map(([, title]) => title));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.toSorted()).toEqual(titles.toSorted());
});
