/** The import rule of CONTRIBUTING.md, held against every file. */

import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const builtin = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

/** What a file imports: paths from the root for its own code, package names for the rest; types apart. */
function importsOf(file: string): { name: string; type: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const lazy = [...text.matchAll(/import\('([^']+)'\)/g)].map(([, name]) => ({ name: name!, type: false }));
  return [...[...statements].map(([, type, name]) => ({ name: name!, type: type !== undefined })), ...lazy].map(
    ({ name, type }) => ({ name: name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name, type }),
  );
}

const files = (pattern: string) => globSync(pattern, { cwd: root });

describe('imports', () => {
  it.each(files('shared/domain/*.ts'))('%s imports the domain and pure parts of Node only', (file) => {
    for (const { name } of importsOf(file)) expect(name).toMatch(/^(shared\/domain\/|node:(crypto|net)$)/);
  });

  it.each(files('shared/*.ts').filter((file) => !/ports|composition|config/.test(file)))(
    '%s, a flow, imports no adapter and no SDK',
    (file) => {
      for (const { name } of importsOf(file)) expect(name).toMatch(/^(shared\/(domain\/)?[\w-]+\.ts|node:crypto)$/);
    },
  );

  it.each(files('shared/adapters/*.ts'))('%s, an adapter, imports no flow and no function', (file) => {
    for (const { name, type } of importsOf(file)) {
      if (name === 'shared/ports.ts') expect(type).toBe(true);
      else if (name.startsWith('shared/')) expect(name).toMatch(/^shared\/(domain|adapters)\//);
      else expect(builtin(name) || !/^(functions|test)\//.test(name)).toBe(true);
    }
  });

  it.each(files('functions/*/*.ts'))('%s imports no adapter and nothing of the tests', (file) => {
    for (const { name } of importsOf(file)) expect(name).not.toMatch(/^(shared\/adapters|test)\//);
  });
});
