import { describe, expect, it } from 'vitest';
import { promises } from './drift.ts';
import { block, blocks, keys, strings, withoutComments } from './hcl.ts';
import { texts } from './texts.ts';

describe('the deployment', () => {
  const compared = texts();

  it.each(Object.entries(promises))('%s', (_title, promise) => {
    expect([...promise(compared)]).toEqual([]);
  });
});

describe('reading HCL', () => {
  const text = 'locals {\n  jobs = {\n    one = { path = "/a" }\n    "two" = {\n      path = "/b"\n    }\n  }\n}\n';

  it('finds a block and the keys of its own level', () => {
    expect(keys(block(text, 'jobs = {'))).toEqual(['one', 'two']);
    expect(() => block(text, 'tasks = {')).toThrow('There is no');
  });

  it('takes no comment for code, and no string for a comment', () => {
    expect(withoutComments('a = "#1" # not b = 2\n# c = 3')).toBe('a = "#1" \n');
  });

  it('finds blocks by kind and label', () => {
    expect(blocks('variable "x" {\n  type = string\n}\n', 'variable')).toEqual([
      { name: 'x', body: '\n  type = string\n' },
    ]);
    expect(strings('["a", "b"]')).toEqual(['a', 'b']);
  });
});
