/** Which folder may import which, as one list of layers, compared with every file. CONTRIBUTING.md explains the layers. */

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** From the top down. A file imports from its own folder and from the layers below it, never from above or beside. */
const layers: string[][] = [
  ['test'],
  ['scripts'],
  ['local'],
  ['functions'],
  ['shared/compose.ts'],
  ['shared/operations'],
  ['shared/connect'],
  ['shared/sync'],
  ['shared/tokens', 'shared/customers', 'shared/users'],
  ['shared/storage'],
  ['shared/adapters', 'shared/http', 'shared/config.ts'],
  ['shared/ports.ts'],
  ['shared/domain'],
];

/** What the layers allow and this project does not: the rule, the files it holds for, and what they may not import. */
const rules: { rule: string; files: RegExp; mayNotImport: RegExp }[] = [
  {
    rule: 'The domain imports the domain and pure parts of Node only.',
    files: /^shared\/domain\//,
    mayNotImport: /^(?!shared\/domain\/|node:(crypto|net)$)/,
  },
  {
    rule: 'A flow imports no adapter, no HTTP and no SDK.',
    files: /^shared\/(operations|connect|sync|tokens|customers|users|storage)\//,
    mayNotImport: /^(shared\/(adapters|http|config)|(?!shared\/|node:(crypto)$))/,
  },
  {
    rule: 'Only adapters and the composition know an SDK or got.',
    files: /^(functions|shared\/(?!adapters\/))/,
    mayNotImport:
      /^(got|jose|hpagent|google-auth-library|google-gax|@google-cloud\/(?!functions-framework)|node:sqlite)/,
  },
  {
    rule: 'An adapter takes its port as a type.',
    files: /^shared\/adapters\/(?!local\/)/,
    mayNotImport: /^shared\/(adapters\/local|http)\//,
  },
  {
    rule: 'A function imports no adapter and no part of the local stack.',
    files: /^functions\//,
    mayNotImport: /^(shared\/adapters|local)\//,
  },
  {
    rule: 'A function reads and writes documents through a flow, and knows no path.',
    files: /^functions\//,
    mayNotImport: /^shared\/storage\/layout\.ts$/,
  },
  {
    rule: 'Nothing deployed imports local adapters.',
    files: /^(functions\/|shared\/(?!adapters\/local\/))/,
    mayNotImport: /^shared\/adapters\/local\//,
  },
  {
    rule: 'A property test takes the seed of its run.',
    files: /^test\/(?!support\/property\.ts)/,
    mayNotImport: /^fast-check$/,
  },
  {
    rule: 'A function imports no function beside it.',
    files: /^functions\/customers\//,
    mayNotImport: /^functions\/(?!customers\/)/,
  },
];

interface Import {
  file: string;
  name: string;
}

/** What a file imports, now or later: paths from the root for its own code, package names for the rest. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(?:type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const later = text.matchAll(/import\('([^']+)'\)/g);
  return [...statements, ...later].map(([, name = '']) => ({
    file,
    name: name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name,
  }));
}

const files = globSync('{functions,shared,local,scripts,test}/**/*.{ts,mjs}', { cwd: root });
const imports = files.flatMap(importsOf);
const own = imports.filter(({ name }) => files.includes(name));

const layerOf = (file: string) =>
  layers.findIndex((folders) => folders.some((folder) => file === folder || file.startsWith(`${folder}/`)));

/** `files` and their imports, as chains that come back to where they began. */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const { name } of own.filter((each) => each.file === file)) visit(name, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

describe('imports', () => {
  it('lead downwards through the layers', () => {
    const upward = own.filter(({ file, name }) => layerOf(name) < layerOf(file));
    expect(upward).toEqual([]);
  });

  it('every file belongs to a layer', () => {
    expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  it('only tests import tests', () => {
    expect(own.filter(({ file, name }) => name.startsWith('test/') && !file.startsWith('test/'))).toEqual([]);
  });

  it('form no cycle', () => {
    expect(cycles()).toEqual([]);
  });

  it.each(rules)('$rule', ({ files: held, mayNotImport }) => {
    expect(imports.filter(({ file, name }) => held.test(file) && mayNotImport.test(name))).toEqual([]);
  });
});
