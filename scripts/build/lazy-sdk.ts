/**
 * Google's SDKs load everything that they could ever need before the first call: REST beside gRPC, clients for locations,
 * IAM and long operations, every kind of credentials. In a bundle each part is loaded when it is first used.
 * The code that runs is theirs, in the order of its use. See docs/decisions/0071-cold-start.md.
 */

import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/** Compiled by TypeScript to CommonJS: the only form that is understood here. */
const sdks =
  /node_modules\/(google-gax|google-auth-library|google-logging-utils|gcp-metadata|gaxios|proto3-json-serializer|@grpc\/(grpc-js|proto-loader)|@google-cloud\/(firestore-api|pubsub|pubsub-api|secret-manager))\/build\/.*\.js$/;

/** Modules of the same SDK, of another one, and of Node. */
const nodes = builtinModules.map((name) => `(?:node:)?${name}`).join('|');
const own = `(?:\\.[^"]*|google-[^"]+|gaxios|gcp-metadata|@grpc/[^"]+|@google-cloud/[^"]+|${nodes})`;

/** What only administration, REST and generators of code ask for: everything of Google's but the service's own messages. */
const unused =
  /^google\.(api|longrunning|firestore\.admin|protobuf\.(?!(Any|Duration|Empty|FieldMask|ListValue|NullValue|Struct|Timestamp|\w*Value)$))/;

export const lazySdk: Plugin = {
  name: "parts of Google's SDKs with their first use",
  setup({ onLoad }) {
    onLoad({ filter: sdks }, async ({ path }) => ({ contents: lazy(await readFile(path, 'utf8')) }));
    // gRPC's loader describes every message once more, which takes longer than anything else that a client does.
    onLoad({ filter: /firestore-api\/build\/protos\/protos\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(without(JSON.parse(await readFile(path, 'utf8')), '')),
      loader: 'json',
    }));
  },
};

/**
 * `const a = require('a')` at the top becomes a `require` at each use, where `a` is used only as `a.something`; esbuild's
 * `require` runs a module once. Not for packages of others: loading one may be meant to change another (protobufjs does).
 * Exports that pass a whole module on become getters, as do clients inside of clients.
 */
export function lazy(source: string): string {
  let text = source;
  const imports = new RegExp(`^(?:const|var|let) (\\w+) = ((?:__importStar\\()?require\\("${own}"\\)\\)?);$`, 'gm');
  for (const [statement, name, value] of source.matchAll(imports)) {
    const rest = text.replace(statement, '');
    const exported = `exports.${name} = ${name};`;
    // Neither a member of something else nor a part of a path.
    const mention = `(?<![\\w.$/"'-])${name}\\b`;
    const whole = [...rest.replace(exported, '').matchAll(new RegExp(`${mention}(?!\\.)`, 'g'))];
    if (whole.length > 0) continue;
    const shared = value!.startsWith('__importStar');
    const once = shared ? `(${name}$ ??= ${value})` : `(${value})`;
    text = text
      .replace(statement, shared ? `let ${name}$;` : '')
      .replace(exported, () => getter(name!, once))
      .replaceAll(new RegExp(`${mention}\\.`, 'g'), () => `${once}.`);
  }
  return text
    .replaceAll(/^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gm, (_all, name, value) =>
      getter(name, value),
    )
    .replaceAll(
      /this\.(locationsClient|iamClient) = (new this\._gaxModule\.\w+\(this\._gaxGrpc, opts\));/g,
      (_all, name, made) =>
        `{ let made; Object.defineProperty(this, '${name}', { configurable: true, get: () => (made ??= ${made}) }); }`,
    );
}

const getter = (name: string, value: string) =>
  `{ let made; Object.defineProperty(exports, '${name}', { enumerable: true, configurable: true, get: () => (made ??= ${value}) }); }`;

interface Namespace {
  nested?: Record<string, Namespace>;
}

function without(namespace: Namespace, name: string): Namespace {
  if (!namespace.nested) return namespace;
  const kept = Object.entries(namespace.nested)
    .map(([key, value]) => ({ key, value, full: name ? `${name}.${key}` : key }))
    .filter(({ full }) => !unused.test(full));
  return { ...namespace, nested: Object.fromEntries(kept.map(({ key, value, full }) => [key, without(value, full)])) };
}
