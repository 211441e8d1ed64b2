/** Bundles one function with esbuild: its entry, and one chunk for each dynamic import. */

import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { lazySdk } from './lazy-sdk.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** The platform starts the framework, and the framework loads Express before it loads the function: the bundle uses those copies. */
export const provided = ['@google-cloud/functions-framework', 'express'];

/** CommonJS code inside an ES module expects these names. No more than these: a minified name could be the same as a further one. */
const commonJs =
  "const require=process.getBuiltinModule('module').createRequire(import.meta.url),__dirname=import.meta.dirname;";

/**
 * The SDK's entry loads its whole high-level client, and reaches the generated client through a package that loads every version
 * of the API. The store uses only the generated client, so a bundle takes that file directly.
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

/** An ES import of a CommonJS module makes Node read its source again to find its exports. A `require` returns the loaded module. */
const providedAsLoaded: Plugin = {
  name: 'modules that the platform has loaded',
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
  /** Which source files are inside, for the size report and for the check that none of them is local. */
  inputs: Metafile['inputs'];
  outputs: Metafile['outputs'];
}

const plugins = { providedAsLoaded, generatedClientAlone, lazySdk };
export type PluginName = keyof typeof plugins;

/**
 * @param without plugins to leave out, so that the cold bench can measure the difference
 * @throws esbuild's error when the sources do not build
 */
export async function bundle(name: string, without: PluginName[] = []): Promise<Bundle> {
  const outdir = join(root, 'dist', name);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}/index.ts` },
    outdir,
    bundle: true,
    // Without chunks Node would read and parse dynamically imported code at the start.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // With this extension the framework need not look for a package.json to see that this is an ES module.
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
