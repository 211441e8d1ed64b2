/** Tests make ports fail by orders (test/support/faulty.ts). A replaced method could outlive its test, and its answer could drift from the port's. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const port = '(?:store|webex|queue|clock|secrets|sealer|log)';
const replacements = [
  new RegExp(`\\b${port}\\.\\w+ = `),
  new RegExp(`Object\\.assign\\((?:\\w+\\.)*${port},`),
  new RegExp(`\\b(?:vi|vitest)\\.spyOn\\((?:\\w+\\.)*${port},`),
];

it('no test replaces a method of a port', () => {
  const found = globSync('test/**/*.ts', { cwd: root }).flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => replacements.some((each) => each.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
