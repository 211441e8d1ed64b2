/**
 * Finds where the deployment and the code differ. terraform/tests check what terraform/ says about itself; this file checks
 * what it says about code, configuration and runbook, because Terraform's tests cannot read those and see only resources
 * that they name.
 */

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { configurationNames, parseConfig } from '../../shared/config.ts';
import { roles } from '../../shared/domain/caller.ts';
import { memoryFlags } from '../bench/sync.ts';
import { block, blocks, keys, strings } from './hcl.ts';
import { repository, source, type Texts, texts } from './texts.ts';

/** Every role that the deployment may give. Adding one here is a decision. */
const givenRoles = [
  'roles/artifactregistry.writer',
  'roles/datastore.user',
  'roles/iam.serviceAccountTokenCreator',
  'roles/logging.logWriter',
  'roles/pubsub.publisher',
  'roles/pubsub.subscriber',
  'roles/run.invoker',
  'roles/secretmanager.secretAccessor',
  'roles/storage.objectViewer',
];

/** Variables that choose the local side of a port: the deployment must leave them at their defaults. */
const localOnly = [
  'STORE',
  'SECRETS',
  'QUEUE',
  'CALLERS',
  'FIRESTORE_EMULATOR_HOST',
  'PUBSUB_EMULATOR_HOST',
  'SECRET_MANAGER_EMULATOR_HOST',
  'ALLOW_LOCAL_PROXIES',
];

/** Warnings and errors without an alert, each for a reason. */
const uncounted = [
  'local_job_failed', // of the local stack
  'person_skipped', // the run of the sync names the person
  'refresh_paused', // Webex asked for it; refresh_out_of_time shows when that takes too long
  'customer_not_deleted', // the caller sees the error and the record
  'reseal_error', // of a command, whose operator reads it
  'answer_cut', // beside request_failed, which is counted
  'response_not_stored', // a repeated request gets a conflict
  'catalog_not_synced', // names of licences, at the next sync
  'shutdown_incomplete', // what was cut is taken up again; a refresh in it shows as refresh_failed
];

/** What Node and the framework read. */
const runtimeVariables = ['NODE_ENV', 'NODE_COMPILE_CACHE', 'NODE_OPTIONS'];

interface Override {
  collectionGroup: string;
  ttl?: boolean;
}

/** A promise of the deployment → one sentence for each place that breaks it. */
export const promises: Record<string, (texts: Texts) => Generator<string>> = {
  *'deploys the functions of the repository under their own names'({ terraform }) {
    const folders = readdirSync(join(repository, 'functions')).filter((name) =>
      existsSync(join(repository, 'functions', name, 'index.ts')),
    );
    yield* differences('functions', keys(block(terraform, 'functions = {')), folders);
    const zips = /for name in \[([^\]]+)\] : fileexists/.exec(terraform)?.[1] ?? '';
    yield* differences('source zips', strings(zips), folders);
    for (const name of folders) {
      const registered = /\b(?:http|cloudEvent)\(\s*'(\w+)'/.exec(source(`functions/${name}/index.ts`))?.[1];
      if (registered !== name) yield `functions/${name} registers ${registered}, the entry point is ${name}`;
    }
  },

  *'gives every function the configuration that it parses'({ terraform }) {
    const common = keys(block(terraform, '\n  environment = {'));
    const functions = block(terraform, 'functions = {');
    const own = keys(functions).flatMap((name) => {
      const environment = block(block(functions, `\n    ${name} = {`), 'environment = {');
      return [...environment.matchAll(/\b([A-Z][A-Z_]+)\s*=/g)].map(([, key]) => key!);
    });
    for (const name of [...common, ...own]) {
      if (!runtimeVariables.includes(name) && !configurationNames.includes(name))
        yield `shared/config.ts does not read ${name}`;
      if (localOnly.includes(name)) yield `${name} is for the local stack`;
    }
    const text = (name: string) => new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`).exec(terraform)?.[1] ?? '';
    yield* differences('compile cache', [basename(text('NODE_COMPILE_CACHE'))], [compileCacheFolder()]);
    yield* differences("sync_users' memory flags", text('NODE_OPTIONS').split(' '), memoryFlags);
    for (const name of requiredVariables()) {
      if (!common.includes(name)) yield `shared/config.ts requires ${name} of every function`;
    }
  },

  *'repeats defaults, roles, secrets and topics as the code has them'({ terraform, code }) {
    const defaults = parseConfig({ CALLER_AUDIENCE: 'https://a.example', OAUTH_URL: 'https://b.example' });
    const variables = new Map(blocks(terraform, 'variable').map(({ name, body }) => [name, body]));
    const fallback = (name: string) => /\n\s*default\s*=\s*(\[[^\]]*\]|\S+)/.exec(variables.get(name) ?? '')?.[1] ?? '';
    yield* differences('default scopes', strings(fallback('webex_scopes')), defaults.WEBEX_SCOPES);
    yield* differences('default API', strings(fallback('webex_api_url')), [defaults.WEBEX_API_URL]);
    yield* differences('default portal', strings(fallback('portal_name')), [defaults.PORTAL_NAME]);
    yield* differences('default page size', [fallback('page_size')], [String(defaults.PAGE_SIZE)]);
    yield* differences(
      'default concurrency',
      [fallback('refresh_concurrency')],
      [String(defaults.REFRESH_CONCURRENCY)],
    );

    const validated = /contains\(\[([^\]]+)\], grant\.role\)/.exec(terraform)?.[1] ?? '';
    yield* differences('roles of callers', strings(validated), roles);

    const secrets = block(block(terraform, 'resource "google_secret_manager_secret" "this" {'), 'for_each = {');
    const named = new Map([...code.matchAll(/const (\w+Name) = '([a-z-]+)'/g)].map(([, key, name]) => [key!, name!]));
    const asked = [...code.matchAll(/secrets\.read\((\w+Name)\)/g)].map(([, key]) => named.get(key!) ?? key!);
    const read = asked.filter((name) => !name.startsWith('local-'));
    yield* differences('secrets', keys(secrets), read);

    const topics = blocks(terraform, 'resource "google_pubsub_topic"').map(
      ({ body }) => /name\s*=\s*"([\w-]+)"/.exec(body)?.[1],
    );
    for (const topic of [defaults.SYNC_TOPIC, defaults.EVENTS_TOPIC]) {
      if (!topics.includes(topic)) yield `there is no topic ${topic}`;
    }
  },

  *'counts only what the code logs, and calls only paths that it knows'({ terraform, code }) {
    const logged = new Set([...code.matchAll(/\blog\.(?:info|warn|error)\(\s*'(\w+)'/g)].map(([, name]) => name!));
    const metrics = block(terraform, '\n  events = {');
    for (const [, event] of metrics.matchAll(/event = "(\w+)"/g)) {
      if (!logged.has(event!)) yield `nothing logs the event ${event}`;
    }
    for (const [, event] of code.matchAll(/\blog\.(?:warn|error)\(\s*'(\w+)'/g)) {
      if (!metrics.includes(`event = "${event}"`) && !uncounted.includes(event!))
        yield `nothing counts the event ${event}`;
    }
    for (const [, word] of metrics.matchAll(/only = "jsonPayload\.\w+=\\"(\w+)\\""/g)) {
      if (!code.includes(`'${word}'`)) yield `the code has no word ${word}`;
    }
    const called = source('functions/refresh_tokens/*.ts');
    for (const [, path] of block(terraform, '\n  jobs = {').matchAll(/path\s*=\s*"([^"]+)"/g)) {
      if (path !== '/' && !called.includes(`'${path}'`)) yield `refresh_tokens does not know the path ${path}`;
    }
  },

  *'has an alert for each section of the runbook, and a section for each alert'({ terraform, runbook }) {
    const sections = runbook.split(/^(?=#{1,3} )/m).filter((text) => /^### \w+\n/.test(text));
    const names = sections.map((text) => /\w+/.exec(text)![0]);
    yield* differences('alerts', keys(block(terraform, '\n  alerts = {')), names);
    for (const [index, section] of sections.entries()) {
      for (const part of ['**Means.**', '**Cause.**', '**Fix.**']) {
        if (!section.includes(part)) yield `docs/operations.md, ${names[index]}: ${part} is missing`;
      }
    }
  },

  *'gives only the listed roles, and makes only the token page public'({ terraform }) {
    yield* differences(
      'roles',
      [...terraform.matchAll(/"(roles\/[\w.]+)"/g)].map(([, role]) => role!),
      givenRoles,
    );
    const everybody = terraform.match(/= "(allUsers|allAuthenticatedUsers)"/g) ?? [];
    const page = block(block(terraform, 'functions = {'), '\n    webex_teams_oauth = {');
    if (everybody.length !== 1) yield `${everybody.length} grants to everybody`;
    if (!page.includes('"allUsers"')) yield 'the token page is not public';
    for (const [, type] of terraform.matchAll(/^(?:resource|data) "(google_\w+)"/gm)) {
      if (/_iam_(binding|policy)$/.test(type!)) yield `${type} takes away what others have granted: use _iam_member`;
      if (type === 'google_secret_manager_secret_version') yield `${type} would put a secret into the state`;
    }
  },

  *'expires what docs/storage.md says expires, and nothing else'({ storage, indexes }) {
    const rows = [...storage.matchAll(/^\| (.+?) \|.*\(TTL\).*\|$/gm)].map(([, paths]) => paths!);
    const collections = rows.flatMap((paths) => [...paths.matchAll(/(\w+)\/\{[^`/]+`/g)].map(([, name]) => name!));
    const { fieldOverrides } = JSON.parse(indexes) as { fieldOverrides: Override[] };
    const ending = fieldOverrides.filter(({ ttl }) => ttl).map(({ collectionGroup }) => collectionGroup);
    yield* differences('times to live', ending, collections);
  },

  *'describes and validates every variable, and shows those without a default'({ terraform, example }) {
    const variables = blocks(terraform, 'variable');
    const set = keys(example);
    for (const { name, body } of variables) {
      if (!/\n\s*description\s*=\s*"(?:[^"\\]|\\.){10,}"/.test(body)) yield `${name} is not described`;
      if (!/\n\s*error_message\s*=\s*"(?:[^"\\]|\\.){10,}"/.test(body)) yield `${name} is not validated`;
      if (!/^ {2}default\s*=/m.test(body) && !set.includes(name)) yield `example.tfvars lacks ${name}`;
    }
    for (const name of set) {
      if (!variables.some((each) => each.name === name)) yield `example.tfvars sets ${name}, which is no variable`;
    }
  },
};

/** All differences below `root`. */
export function drift(root?: string): string[] {
  const compared = texts(root);
  return Object.values(promises).flatMap((promise) => [...promise(compared)]);
}

function* differences(what: string, ours: string[], theirs: readonly string[]): Generator<string> {
  for (const each of theirs) if (!ours.includes(each)) yield `${what}: terraform/ lacks ${each}`;
  for (const each of ours) if (!theirs.includes(each)) yield `${what}: only terraform/ has ${each}`;
}

/** Where the platform's build leaves the cache, in the function's folder. */
function compileCacheFolder(): string {
  return (
    /enableCompileCache\(join\(folder, '([\w-]+)'\)\)/.exec(source('scripts/build/compile-cache.mjs'))?.[1] ?? 'none'
  );
}

/** What a start without any environment complains of. */
function requiredVariables(): string[] {
  try {
    parseConfig({});
    return [];
  } catch (error) {
    return [...(error as Error).message.matchAll(/^ {2}(\w+) is missing$/gm)].map(([, name]) => name!);
  }
}
