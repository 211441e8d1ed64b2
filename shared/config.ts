/**
 * The configuration: parses the environment once and reports all problems together, by name and never by value. It does not
 * use zod, because loading zod takes a twentieth of the token page's cold start (docs/decisions/0071-cold-start.md).
 */

import { type CallerGrant, roles } from './domain/caller.ts';
import { hierarchyPath } from './domain/customer.ts';
import { Failure } from './domain/failure.ts';

/** For the sync, the check of the administrator's role, and SCIM's count of people. */
const defaultScopes = [
  'spark-admin:people_read',
  'spark-admin:licenses_read',
  'spark-admin:roles_read',
  'spark-admin:organizations_read',
  'identity:people_read',
];

/** Parses a variable's text. @throws Problem */
type Parse<Value> = (text: string) => Value;

/** What is wrong with a variable, to follow its name. */
class Problem extends Error {}

interface Variable<Value> {
  parse: Parse<Value>;
  /** Without a default, the variable is required. */
  defaultValue?: () => Value;
}

const required = <Value>(parse: Parse<Value>): Variable<Value> => ({ parse });
const withDefault = <Value>(value: NoInfer<Value>, parse: Parse<Value>): Variable<Value> => ({
  parse,
  defaultValue: () => value,
});
const optional = <Value>(parse: Parse<Value>) => withDefault<Value | undefined>(undefined, parse);

const text: Parse<string> = (text) => text;

function oneOf<const Name extends string>(...names: Name[]): Parse<Name> {
  return (text) => {
    const name = names.find((each) => each === text);
    if (name === undefined) throw new Problem(`must be one of ${names.join(', ')}`);
    return name;
  };
}

const url: Parse<string> = (text) => {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) throw new Problem('must be an http or https URL');
  return text.replace(/\/+$/, '');
};

/** The token page's address. All functions of a project share cloudfunctions.net, where each can read the others' pages. */
const ownOrigin: Parse<string> = (text) => {
  const address = url(text);
  if (!new URL(address).hostname.endsWith('.cloudfunctions.net')) return address;
  throw new Problem('is on cloudfunctions.net, an origin that other functions share');
};

const atMost = (characters: number): Parse<string> => {
  return (text) => {
    if (text.length > characters) throw new Problem(`must have at most ${characters} characters`);
    return text;
  };
};

const whole = (from: number, to: number): Parse<number> => {
  return (text) => {
    const number = Number(text);
    const fits = /^\d+$/.test(text) && number >= from && number <= to;
    if (!fits) throw new Problem(`must be a whole number from ${from} to ${to}`);
    return number;
  };
};

const flag: Parse<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

const words: Parse<string[]> = (text) => {
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) throw new Problem('must name at least one');
  return words;
};

export type Grant = CallerGrant & { caller: string };

const grants: Parse<Grant[]> = (text) => {
  const value = json(text);
  if (!Array.isArray(value)) throw new Problem('must be a JSON list');
  return value.map(toGrant);
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('must be JSON');
  }
}

function toGrant(value: Partial<Record<keyof Grant, unknown>> | null, index: number): Grant {
  const { caller, hierarchy, role } = value ?? {};
  const [named] = roles.filter((each) => each === role);
  if (typeof caller !== 'string' || !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(caller))
    throw new Problem(`needs an e-mail address as the caller of entry ${index}`);
  const path = typeof hierarchy === 'string' ? hierarchyPath(hierarchy) : undefined;
  if (path === undefined) throw new Problem(`needs a path such as sys.provider as the hierarchy of entry ${index}`);
  if (!named) throw new Problem(`needs one of ${roles.join(', ')} as the role of entry ${index}`);
  return { caller, hierarchy: path, role: named };
}

const variables = {
  GOOGLE_CLOUD_PROJECT: withDefault('local', text),
  STORE: withDefault('firestore', oneOf('firestore', 'sqlite')),
  FIRESTORE_DATABASE: withDefault('(default)', text),
  FIRESTORE_EMULATOR_HOST: optional(text),
  SQLITE_FILE: withDefault('.local/store.db', text),
  SECRETS: withDefault('secret_manager', oneOf('secret_manager', 'file')),
  /** A stand-in for Secret Manager, over plain HTTP. */
  SECRET_MANAGER_EMULATOR_HOST: optional(text),
  SECRETS_FOLDER: withDefault('.local/secrets', text),
  QUEUE: withDefault('pubsub', oneOf('pubsub', 'local')),
  PUBSUB_EMULATOR_HOST: optional(text),
  QUEUE_FILE: withDefault('.local/queue.db', text),
  /** Where the local queue pushes the messages of SYNC_TOPIC. */
  QUEUE_ENDPOINT: optional(url),
  CALLERS: withDefault('google', oneOf('google', 'local')),
  CALLER_AUDIENCE: required(url),
  CALLER_GRANTS: withDefault([], grants),
  OAUTH_URL: required(ownOrigin),
  PORTAL_NAME: withDefault('VOSS4UC', atMost(100)),
  WEBEX_API_URL: withDefault('https://webexapis.com/v1', url),
  WEBEX_SCOPES: withDefault(defaultScopes, words),
  /** Customers' proxies may have loopback and link-local addresses; for development only. */
  ALLOW_LOCAL_PROXIES: withDefault(false, flag),
  PAGE_SIZE: withDefault(500, whole(1, 1000)),
  SYNC_TOPIC: withDefault('sync-users', text),
  EVENTS_TOPIC: withDefault('customer-events', text),
  REFRESH_CONCURRENCY: withDefault(50, whole(1, 500)),
};

/** The name of every variable: tests compare the documents and the deployment with it. */
export const configurationNames = Object.keys(variables);

export type Config = {
  [Name in keyof typeof variables]: (typeof variables)[Name] extends Variable<infer Value> ? Value : never;
};

/**
 * @throws Failure `configuration_invalid`, whose message names every wrong or missing variable
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values = Object.entries<Variable<unknown>>(variables).map(([name, { parse, defaultValue }]) => {
    try {
      if (env[name]) return [name, parse(env[name])];
      if (defaultValue) return [name, defaultValue()];
      throw new Problem('is missing');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`  ${name} ${error.message}`);
      return [name, undefined];
    }
  });
  if (problems.length === 0) return Object.fromEntries(values) as Config;
  throw new Failure('configuration_invalid', `The configuration is not valid:\n${problems.join('\n')}`);
}
