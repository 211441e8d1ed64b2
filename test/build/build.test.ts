import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { lazy } from '../../scripts/build/lazy-sdk.ts';
import { zip } from '../../scripts/build/zip.ts';
import { type Built, buildFunction, functionNames } from '../../scripts/build.ts';
import { fillCompileCache, startFunction, unpackBundles } from '../support/deployed.ts';

const root = join(import.meta.dirname, '../..');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(functionNames)('the bundle of %s', (name) => {
  let built: Built;
  let inside: Record<string, Uint8Array>;
  beforeAll(async () => {
    built = await buildFunction(name);
    inside = unzipSync(built.zip);
  });

  it('has the same bytes in every build and every time zone', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    const again = await buildFunction(name);
    process.env.TZ = zone ?? '';
    if (zone === undefined) delete process.env.TZ;
    expect(sha256(again.zip)).toBe(sha256(built.zip));
  });

  it('contains no code of the local stack, the scripts or the tests', () => {
    const local = /^(local|scripts|test)\/|^shared\/adapters\/local\//;
    expect(built.sources.filter((path) => local.test(path))).toEqual([]);
    expect(built.sources).toContain(`functions/${name}/index.ts`);
  });

  it('contains code, the files that the function serves and the two package files, and nothing else', () => {
    for (const path of Object.keys(inside)) {
      expect(path).toMatch(
        /^(index\.mjs|compile-cache\.mjs|chunks\/[\w-]+\.mjs|assets\/[\w-]+\.\w+|package(-lock)?\.json)$/,
      );
    }
    const code = Object.values(inside).map((bytes) => Buffer.from(bytes).toString());
    for (const local of ['node:sqlite', 'local-signer', 'sourceMappingURL']) expect(code.join('')).not.toContain(local);
  });

  it('installs the framework alone, in the version that the tests use', () => {
    const json = (path: string) => JSON.parse(Buffer.from(inside[path]!).toString());
    const [manifest, lock] = [json('package.json'), json('package-lock.json')];
    const repositoryLock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    expect(manifest).toMatchObject({ name, type: 'module', main: 'index.mjs' });
    expect(manifest.scripts).toEqual({ 'gcp-build': 'node compile-cache.mjs' });
    expect(Object.keys(manifest.dependencies)).toEqual(['@google-cloud/functions-framework', 'express']);
    expect(lock.packages[''].dependencies).toEqual(manifest.dependencies);
    for (const [place, locked] of Object.entries<{ integrity: string; dev?: boolean }>(lock.packages)) {
      if (place === '') continue;
      expect(locked.integrity).toBe(repositoryLock.packages[place].integrity);
      expect(locked.dev).toBeUndefined();
      expect(place).not.toMatch(/firestore|pubsub|esbuild/);
    }
  });

  it('loads no SDK at its start, and stays small', () => {
    const entry = Buffer.from(inside['index.mjs']!).toString();
    for (const sdk of ['loadProtoJSON', 'grpc-js', 'google.firestore.v1']) expect(entry).not.toContain(sdk);
    // Only the API validates with all of zod.
    expect(built.startBytes).toBeLessThan(name === 'customers' ? 320_000 : 200_000);
  });

  it('has a source map for every file of code, and deploys no source map', () => {
    const code = Object.keys(inside).filter((path) => path.endsWith('.mjs') && path !== 'compile-cache.mjs');
    expect([...built.maps.keys()].sort()).toEqual(code.map((path) => `${path}.map`).sort());
  });
});

describe("the platform's build", () => {
  it('starts each function once, so that a later start finds all code compiled', { timeout: 120_000 }, async () => {
    const { folder, remove } = await unpackBundles();
    try {
      for (const name of functionNames) {
        const NODE_COMPILE_CACHE = await fillCompileCache(join(folder, name));
        const env = {
          NODE_COMPILE_CACHE,
          NODE_DEBUG_NATIVE: 'COMPILE_CACHE',
          CALLER_AUDIENCE: 'https://example.com/customers',
          OAUTH_URL: 'https://example.com/oauth',
        };
        const instance = await startFunction({ target: name, source: join(folder, name), env });
        await instance.listening();
        await instance.end('SIGKILL');
        const [accepted, missed] = [/cache for .* was accepted/g, /was (?:rejected|not initialized)/g].map(
          (message) => instance.output().match(message)?.length ?? 0,
        );
        expect(instance.output()).toMatch(/ESM file:\S+\/index\.mjs was accepted/);
        expect([accepted! > 50, missed]).toEqual([true, 0]);
      }
    } finally {
      remove();
    }
  });

  it('fails when a function does not start', async () => {
    const { folder, remove } = await unpackBundles();
    try {
      appendFileSync(join(folder, 'sync_users/index.mjs'), '\nthrow new Error("broken");\n');
      await expect(fillCompileCache(join(folder, 'sync_users'))).rejects.toThrow('broken');
    } finally {
      remove();
    }
  });
});

describe('the zip', () => {
  const files = new Map([
    ['b.txt', Buffer.from('b')],
    ['a/a.txt', Buffer.from('a')],
  ]);

  it('does not depend on the order of the files', () => {
    expect(sha256(zip(new Map([...files].reverse())))).toBe(sha256(zip(files)));
  });

  it('changes when a name or the content changes', () => {
    const hashes = [
      files,
      new Map([...files, ['b.txt', Buffer.from('c')]]),
      new Map([...files, ['c.txt', Buffer.from('b')]]),
    ];
    expect(new Set(hashes.map((each) => sha256(zip(each)))).size).toBe(3);
  });
});

describe("a module of Google's SDKs", () => {
  const run = (source: string) => {
    const loaded: string[] = [];
    const required: Record<string, object> = { './a': { value: 1, Made: class {} }, './b': { value: 2 } };
    const require = (name: string) => {
      loaded.push(name);
      return required[name];
    };
    const exports: Record<string, unknown> = {};
    new Function('require', 'exports', '__importStar', lazy(source))(require, exports, (module: object) => module);
    return { exports: exports as Record<string, () => unknown>, loaded };
  };

  it('loads another module at its first use', () => {
    const { exports, loaded } = run(
      `const a_1 = require("./a");\nexports.use = () => a_1.value;\nexports.make = () => new a_1.Made();`,
    );
    expect(loaded).toEqual([]);
    expect(exports.use!()).toBe(1);
    expect(exports.make!()).toBeTypeOf('object');
    expect(loaded).toEqual(['./a', './a']);
  });

  it('exports another module without loading it', () => {
    const { exports, loaded } = run(
      `const b = __importStar(require("./b"));\nexports.b = b;\nexports.use = () => b.value;`,
    );
    expect(loaded).toEqual([]);
    expect(exports.b).toEqual({ value: 2 });
    expect(exports.use!()).toBe(2);
    expect(loaded).toEqual(['./b']);
  });

  it('loads another module at once when it is used as a whole', () => {
    const { loaded } = run(`const a_1 = require("./a");\nexports.all = [a_1];\nexports.use = () => a_1.value;`);
    expect(loaded).toEqual(['./a']);
  });
});
