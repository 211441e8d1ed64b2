/**
 * `npm run build`: writes one minified bundle per function to `dist/<function>/`, its zip beside it, its source maps to `dist/maps/`.
 * Fails when a bundle contains code of the tests or of the local stack.
 */

import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCommandLine } from '../local/command-line.ts';
import { type Bundle, bundle, type PluginName } from './build/bundle.ts';
import { deployedPackage } from './build/package.ts';
import { zip } from './build/zip.ts';

const root = join(import.meta.dirname, '..');

/** Tests, scripts and everything that only the local stack uses may not be deployed. */
const notDeployed = /^(local|scripts|test)\/|^shared\/adapters\/local\//;

export const functionNames = globSync('functions/*/index.ts', { cwd: root })
  .map((path) => path.split('/')[1]!)
  .sort();

export interface Built {
  /** Path in the function's folder → content. */
  files: Map<string, Uint8Array>;
  maps: Map<string, Uint8Array>;
  /** The files as they are deployed, without the maps. */
  zip: Uint8Array;
  /** Paths of the source files inside, from the repository's root. */
  sources: string[];
  /** The entry and the chunks that it imports statically. */
  startBytes: number;
  codeBytes: number;
}

/** Builds one function, in memory. @throws Error when the bundle contains code that may not be deployed, and what esbuild throws */
export async function buildFunction(name: string, without?: PluginName[]): Promise<Built> {
  const made = await bundle(name, without);
  const sources = Object.keys(made.inputs);
  const local = sources.filter((path) => notDeployed.test(path));
  if (local.length > 0)
    throw new Error(`The bundle of ${name} contains code that may not be deployed: ${local.join(', ')}`);
  const files = new Map([...made.files, ...assetsOf(name)]);
  files.set('compile-cache.mjs', readFileSync(join(root, 'scripts/build/compile-cache.mjs')));
  for (const [path, text] of Object.entries(deployedPackage(name))) files.set(path, Buffer.from(text));
  return {
    files,
    maps: made.maps,
    sources,
    zip: zip(files),
    startBytes: startBytes(made, `functions/${name}/index.ts`),
    codeBytes: [...made.files.values()].reduce((sum, { length }) => sum + length, 0),
  };
}

/** The files that the function serves, in the folder where its code looks for them. */
function assetsOf(name: string): [string, Uint8Array][] {
  const folder = join(root, 'functions', name, 'assets');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => [`assets/${file}`, readFileSync(join(folder, file))]);
}

/** The entry and every chunk that it imports statically. */
function startBytes({ outputs }: Bundle, entry: string): number {
  const paths = Object.keys(outputs);
  const reached = new Set(paths.filter((path) => outputs[path]!.entryPoint === entry));
  for (const path of reached)
    for (const { path: next, kind } of outputs[path]!.imports)
      if (kind === 'import-statement' && outputs[next]) reached.add(next);
  return [...reached].reduce((sum, path) => sum + outputs[path]!.bytes, 0);
}

function write(folder: string, files: Iterable<[string, Uint8Array]>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function main(): Promise<void> {
  parseCommandLine({ command: 'npm run build', purpose: 'Writes the bundle and the zip of each function to dist/.' });
  const folder = join(root, 'dist');
  rmSync(folder, { recursive: true, force: true });
  const kib = (bytes: number) => Math.round(bytes / 1024);
  const table: Record<string, object> = {};
  for (const name of functionNames) {
    const built = await buildFunction(name);
    write(join(folder, name), built.files);
    write(join(folder, 'maps', name), built.maps);
    write(folder, [[`${name}.zip`, built.zip]]);
    table[name] = {
      'at start, KiB': kib(built.startBytes),
      'all code, KiB': kib(built.codeBytes),
      files: built.files.size,
      'zip, KiB': kib(built.zip.length),
      'zip, sha256': createHash('sha256').update(built.zip).digest('hex').slice(0, 16),
    };
  }
  console.table(table);
}

if (import.meta.main) await main();
