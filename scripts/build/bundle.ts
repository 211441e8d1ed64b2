/** Bundles one function with esbuild: its entry, and a chunk of its own for everything that is loaded later. */

import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';
import { lazySdk } from './lazy-sdk.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** The platform starts the framework, which has loaded its express before it loads the function: both share that copy. */
export const provided = ['@google-cloud/functions-framework', 'express'];

/** CommonJS inside of an ES module finds here what it takes for granted. Not one name more: a minified one could be the same. */
const commonJs =
  "const require=process.getBuiltinModule('module').createRequire(import.meta.url),__dirname=import.meta.dirname;";

/**
 * The SDK's entry loads all of its high-level client, and reaches the generated one through a package that loads every
 * version of it. The store uses nothing but the generated client: in a bundle it is taken where the SDK takes it from.
 * See docs/decisions/0070-generated-client-alone.md.
 */
const generatedClientAlone: Plugin = {
  name: 'generated Firestore client alone',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@google-cloud\/firestore$/ }, () => ({ path: 'firestore', namespace: 'generated-client' }));
    onLoad({ filter: /.*/, namespace: 'generated-client' }, () => ({
      contents: "module.exports = { v1: require('@google-cloud/firestore-api/client_v1') };",
      resolveDir: dirname(require.resolve('@google-cloud/firestore')),
    }));
  },
};

/** Many a cold start ends before the first line of the log: pino is inside, but runs with that line. */
const laterPino: Plugin = {
  name: 'pino with the first line',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^pino$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'pino', namespace: 'later' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'later' }, () => ({
      contents: `
        export const pino = (...args) => require('pino')(...args);
        pino.destination = (...args) => require('pino').destination(...args);`,
      resolveDir: root,
    }));
  },
};

/** An ES import of a CommonJS module reads its source once more, for the names in it; what is loaded already is taken as it is. */
const providedAsLoaded: Plugin = {
  name: 'what the platform has loaded, as it is',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${provided.join('|')})$`) }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'loaded' } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace: 'loaded' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};

export interface Bundle {
  /** Path in the function's folder → content. */
  files: Map<string, Uint8Array>;
  maps: Map<string, Uint8Array>;
  /** What was loaded from where, for the size report and for whoever checks that nothing strange is inside. */
  inputs: Metafile['inputs'];
  outputs: Metafile['outputs'];
}

const plugins = { providedAsLoaded, generatedClientAlone, laterPino, lazySdk, lazyBuiltins };
export type PluginName = keyof typeof plugins;

/**
 * @param without plugins to leave out, so that a bench can measure what each of them is worth
 * @throws what esbuild says when the sources do not build
 */
export async function bundle(name: string, without: PluginName[] = []): Promise<Bundle> {
  const outdir = join(root, 'dist', name);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}/index.ts` },
    outdir,
    bundle: true,
    // Without it a later import would only delay the work: the code would be read and parsed at the start all the same.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // The framework must not look for a package.json to know that this is an ES module.
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: commonJs },
    sourcemap: 'external',
    legalComments: 'none',
    plugins: (Object.keys(plugins) as PluginName[])
      .filter((each) => !without.includes(each))
      .map((each) => plugins[each]),
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [files, maps] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
  for (const { path, contents } of outputFiles)
    (path.endsWith('.map') ? maps : files).set(relative(outdir, path), contents);
  return { files, maps, inputs: metafile.inputs, outputs: metafile.outputs };
}
