/**
 * `npm run build`: one minified bundle per function in `dist/<function>/`, its zip beside it, its source maps in `dist/maps/`.
 * Ends with an error when something that is not for production got inside.
 */

import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Bundle, bundle } from './build/bundle.ts';
import { deployedPackage } from './build/package.ts';
import { zip } from './build/zip.ts';

const root = join(import.meta.dirname, '..');

/** What a deployment must not hold: tests, and the local side of the ports. */
const foreign =
  /^(test|scripts)\/|^functions\/local|^shared\/(composition-local|adapters\/(sqlite-store|local-queue|local-callers|file-secrets))\.ts$/;

export const functionNames = globSync('functions/*/index.ts', { cwd: root })
  .map((path) => path.split('/')[1]!)
  .sort();

export interface Built {
  name: string;
  /** Hex, of the zip. */
  sha256: string;
  zipBytes: number;
  /** The entry and what it loads at once. */
  startBytes: number;
  allBytes: number;
  chunks: number;
}

/** Builds one function into the folder. @throws Error when the bundle holds what it must not */
export async function buildFunction(name: string, folder: string): Promise<Built> {
  const made = await bundle(name);
  const inside = Object.keys(made.inputs).filter((input) => foreign.test(input));
  if (inside.length > 0)
    throw new Error(`The bundle of ${name} holds what is not for production: ${inside.join(', ')}`);
  const files = new Map([...made.files, ...assetsOf(name)]);
  for (const [path, text] of Object.entries(deployedPackage(name))) files.set(path, Buffer.from(text));
  const zipped = zip(files);
  rmSync(join(folder, name), { recursive: true, force: true });
  rmSync(join(folder, 'maps', name), { recursive: true, force: true });
  for (const [path, content] of files) write(join(folder, name, path), content);
  for (const [path, content] of made.maps) write(join(folder, 'maps', name, path), content);
  write(join(folder, `${name}.zip`), zipped);
  return {
    name,
    sha256: createHash('sha256').update(zipped).digest('hex'),
    zipBytes: zipped.length,
    startBytes: startBytes(made, `functions/${name}/index.ts`),
    allBytes: [...made.files.values()].reduce((sum, { length }) => sum + length, 0),
    chunks: made.files.size,
  };
}

/** Files that the function serves, where its code looks for them: beside the entry. */
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

function write(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function main(): Promise<void> {
  const kib = (bytes: number) => Math.round(bytes / 1024);
  const table: Record<string, object> = {};
  for (const name of functionNames) {
    const built = await buildFunction(name, join(root, 'dist'));
    table[name] = {
      'at start, KiB': kib(built.startBytes),
      'all, KiB': kib(built.allBytes),
      files: built.chunks,
      'zip, KiB': kib(built.zipBytes),
      'zip, sha256': built.sha256.slice(0, 16),
    };
  }
  console.table(table);
}

if (import.meta.main) await main();
