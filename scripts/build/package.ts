/** The package.json and lock file of a deployed function: the framework alone, to the version that everything was tested with. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provided } from './bundle.ts';

const root = join(import.meta.dirname, '../..');

interface Locked {
  version: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  lockfileVersion: number;
  packages: Record<string, Locked>;
}

/** With both, the platform's build installs exactly these packages by `npm ci`, and then fills the compile cache. */
export function deployedPackage(name: string): { 'package.json': string; 'package-lock.json': string } {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const dependencies = Object.fromEntries(
    provided.map((each) => [each, lock.packages[`node_modules/${each}`]!.version]),
  );
  // The platform's build runs this one by itself. @see https://docs.cloud.google.com/docs/buildpacks/nodejs
  const scripts = { 'gcp-build': 'node compile-cache.mjs' };
  const manifest = { name, version, private: true, type: 'module', main: 'index.mjs', engines, scripts, dependencies };
  const { lockfileVersion } = lock;
  const locked = { name, version, engines, dependencies };
  const packages = { '': locked, ...reachable(lock, provided) };
  return {
    'package.json': text(manifest),
    'package-lock.json': text({ name, version, lockfileVersion, requires: true, packages }),
  };
}

/** Every package that these need, each at its place in the lock. */
function reachable({ packages }: Lock, names: string[]): Record<string, Locked> {
  const found = new Map<string, Locked>();
  const waiting = names.map((name) => ({ name, from: '' }));
  for (const { name, from } of waiting) {
    const place = placeOf(packages, name, from);
    if (place === undefined || found.has(place)) continue;
    const { dev: _dev, ...locked } = packages[place]!;
    found.set(place, locked);
    const needed = { ...locked.dependencies, ...locked.optionalDependencies };
    waiting.push(...Object.keys(needed).map((each) => ({ name: each, from: place })));
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Node's own search: beside the package that asks, then upwards. */
function placeOf(packages: Lock['packages'], name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder && `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === '') return undefined;
  }
}

const text = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
