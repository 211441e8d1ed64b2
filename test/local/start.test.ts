import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

describe('an install', () => {
  it('has a decision for every package that brings an install script', () => {
    const packages = Object.entries<{ hasInstallScript?: boolean }>(json('package-lock.json').packages);
    const names = packages
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(Object.keys(json('package.json').allowScripts).sort()).toEqual([...new Set(names)].sort());
  });

  it('that has run no scripts says in one sentence what is missing', async () => {
    const older = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})";
    const start = promisify(execFile)(process.execPath, ['--import', older, join(root, 'local/start.mjs')]);
    const { code, stderr } = (await start.catch((error) => error)) as { code: number; stderr: string };
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^This needs Node 24, and Node 20\.20\.2 is running: .* run npm ci without --ignore-scripts.*\.\n$/,
    );
  });
});
