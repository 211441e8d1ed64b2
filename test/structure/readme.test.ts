/** The documents match the repository: links lead somewhere, commands exist, tables and indexes are complete. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationNames } from '../../shared/config.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const documents = globSync('{*.md,docs/**/*.md,terraform/*.md,local/webex/*.md}', { cwd: root });

describe.each(documents)('%s', (file) => {
  const text = read(file);

  it('has only links that lead somewhere', () => {
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target!);
    for (const target of targets.filter((each) => !/^[a-z]+:/.test(each))) {
      expect(existsSync(join(root, dirname(file), target)), target).toBe(true);
    }
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name!);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });
});

describe('README.md', () => {
  it('has every configuration variable in its table, and no other', () => {
    const [, table = ''] = /## Configuration([\s\S]*?)\n## /.exec(read('README.md')) ?? [];
    const named = [...table.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name!);
    expect(new Set(named)).toEqual(new Set(configurationNames));
  });
});

describe('docs/decisions', () => {
  const records = globSync('docs/decisions/0*.md', { cwd: root }).sort();

  it('README.md lists every record by its title', () => {
    const rows = records.map((file) => {
      const [, number, title] = /^# (\d{4}) (.+)/.exec(read(file)) ?? [];
      const superseded = /^\*\*Superseded/m.test(read(file)) ? ' (superseded)' : '';
      return `| [${number}](${basename(file)}) | ${title}${superseded} |`;
    });
    expect(read('docs/decisions/README.md')).toContain(rows.join('\n'));
  });

  it('0002 has a line for every dependency, and for no other package', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const [, table = ''] = /\|---\|---\|\n([\s\S]*?)\n\n/.exec(read('docs/decisions/0002-dependencies.md')) ?? [];
    const named = table
      .split('\n')
      .flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
    expect(named.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).toSorted());
  });
});
