/**
 * An ES import of a module of Node reads every export of it, and so calls every lazy getter: `import 'node:http'` loads all
 * of undici for `http.WebSocket`. Taken as an object, a module gives only what is asked of it. See
 * docs/decisions/0071-cold-start.md.
 */

import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { Loader, Plugin } from 'esbuild';

const builtin = `(?:node:)?(?:${builtinModules.filter((name) => /^[a-z0-9_/]+$/.test(name)).join('|')})`;
const imports = new RegExp(`^import\\s+(?!type\\b)([^'";]+?)\\s+from\\s+(['"])(${builtin})\\2;?`, 'gm');

export const lazyBuiltins: Plugin = {
  name: 'modules of Node without their lazy parts',
  setup({ onLoad }) {
    onLoad({ filter: /\.(ts|mjs|js)$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = asObjects(source);
      const loader: Loader = path.endsWith('.ts') ? 'ts' : 'js';
      return contents === source ? undefined : { contents, loader };
    });
  },
};

/** `import { a, type B, c as d } from 'node:x'` → `const { a, c: d } = globalThis.process.getBuiltinModule('node:x')`, on as many lines. */
export function asObjects(source: string): string {
  return source.replaceAll(imports, (statement, clause: string, _quote, name) => {
    const [, whole, , names] = /^(?:\*\s+as\s+)?([\w$]+)?(\s*,\s*)?(?:\{([\s\S]*)\})?$/.exec(clause) ?? [];
    if (whole === undefined && names === undefined) return statement;
    const members = (names ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '' && !each.startsWith('type '))
      .map((each) => each.replace(/\s+as\s+/, ': '));
    const module = `globalThis.process.getBuiltinModule('${name}')`;
    const parts = [
      ...(whole ? [`${whole} = ${module}`] : []),
      ...(members.length > 0 ? [`{ ${members.join(', ')} } = ${module}`] : []),
    ];
    const lines = '\n'.repeat(statement.split('\n').length - 1);
    return parts.length === 0 ? lines : `const ${parts.join(', ')};${lines}`;
  });
}
