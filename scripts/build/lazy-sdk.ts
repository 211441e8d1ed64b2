/**
 * Google's SDKs load everything they could ever need before the first call: REST beside gRPC, clients for locations, IAM and
 * long-running operations, every kind of credentials. This plugin moves each `require` to its first use: the same code runs, later.
 *
 * Worth 30 to 50 ms of a first answer that reads Firestore on an idle machine, a fifth of its processor time
 * (`npm run bench -- cold --without lazySdk`). See docs/decisions/0071-cold-start.md.
 */

import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/** Only CommonJS that TypeScript has compiled: the patterns below know no other form. */
const sdks =
  /node_modules\/(google-gax|google-auth-library|google-logging-utils|gcp-metadata|gaxios|proto3-json-serializer|@grpc\/(grpc-js|proto-loader)|@google-cloud\/(firestore-api|pubsub|pubsub-api|secret-manager))\/build\/.*\.js$/;

/** Modules of the same SDK, of another one, and of Node. */
const nodes = builtinModules.map((name) => `(?:node:)?${name}`).join('|');
const ofGoogleOrNode = `(?:\\.[^"]*|google-[^"]+|gaxios|gcp-metadata|@grpc/[^"]+|@google-cloud/[^"]+|${nodes})`;

/** Descriptions that only administration, REST and code generators use: the client needs the messages of its own service. */
const unused =
  /^google\.(api|longrunning|firestore\.admin|protobuf\.(?!(Any|Duration|Empty|FieldMask|ListValue|NullValue|Struct|Timestamp|\w*Value)$))/;

export const lazySdk: Plugin = {
  name: "parts of Google's SDKs at their first use",
  setup({ onLoad }) {
    onLoad({ filter: sdks }, async ({ path }) => ({ contents: lazy(await readFile(path, 'utf8')) }));
    // gRPC's loader builds a description of every message, which takes longer than anything else at a client's start.
    onLoad({ filter: /firestore-api\/build\/protos\/protos\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(without(JSON.parse(await readFile(path, 'utf8')), '')),
      loader: 'json',
    }));
  },
};

/**
 * Turns `const a = require('a')` at the top into a `require` at each use, where every use reads `a.something`. esbuild's `require`
 * runs a module once, so the cost of a repeated one is a function call. Packages of other authors stay unchanged, because loading
 * one may be meant to modify another (protobufjs does that). Exports that pass a whole module on, and clients that contain
 * clients, become getters.
 */
export function lazy(source: string): string {
  let text = source;
  const imports = new RegExp(
    `^(?:const|var|let) (\\w+) = ((?:__importStar\\()?require\\("${ofGoogleOrNode}"\\)\\)?);$`,
    'gm',
  );
  for (const [statement, name, value] of source.matchAll(imports)) {
    const rest = text.replace(statement, '');
    const exported = `exports.${name} = ${name};`;
    // The name itself, not a member of another object and not part of a path.
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
