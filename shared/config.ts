/**
 * Configuration: read from the environment once, all problems named together, no value ever printed.
 * Without zod, whose loading is a twentieth of the token page's cold start (docs/decisions/0071-cold-start.md).
 */

import { type CallerGrant, roles } from './domain/caller.ts';
import { hierarchyPath } from './domain/customer.ts';
import { Failure } from './domain/failure.ts';

/** What the sync and the check of the administrator need, and SCIM for the proof of completeness. */
const defaultScopes = [
  'spark-admin:people_read',
  'spark-admin:licenses_read',
  'spark-admin:roles_read',
  'spark-admin:organizations_read',
  'identity:people_read',
];

/** Makes a variable's value of its text. @throws Problem */
type Read<Value> = (text: string) => Value;

/** What is wrong with a variable, as words that follow its name. */
class Problem extends Error {}

interface Variable<Value> {
  read: Read<Value>;
  /** For an absent one; it must be there where this says nothing. */
  absent?: () => Value;
}

const required = <Value>(read: Read<Value>): Variable<Value> => ({ read });
const or = <Value>(absent: NoInfer<Value>, read: Read<Value>): Variable<Value> => ({ read, absent: () => absent });
const optional = <Value>(read: Read<Value>): Variable<Value | undefined> => or<Value | undefined>(undefined, read);

const text: Read<string> = (text) => text;

function oneOf<const Name extends string>(...names: Name[]): Read<Name> {
  return (text) => {
    const name = names.find((each) => each === text);
    if (name === undefined) throw new Problem(`is none of ${names.join(', ')}`);
    return name;
  };
}

const url: Read<string> = (text) => {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) throw new Problem('is not a URL with http or https');
  return text.replace(/\/+$/, '');
};

/** The token page's address. All functions of a project share cloudfunctions.net, where each can read the others' pages. */
const ownOrigin: Read<string> = (text) => {
  const address = url(text);
  if (!new URL(address).hostname.endsWith('.cloudfunctions.net')) return address;
  throw new Problem('is on cloudfunctions.net, an origin that other functions share');
};

const atMost = (characters: number): Read<string> => {
  return (text) => {
    if (text.length > characters) throw new Problem(`is longer than ${characters} characters`);
    return text;
  };
};

const whole = (from: number, to: number): Read<number> => {
  return (text) => {
    const number = Number(text);
    const fits = /^\d+$/.test(text) && number >= from && number <= to;
    if (!fits) throw new Problem(`is not a whole number from ${from} to ${to}`);
    return number;
  };
};

const flag: Read<boolean> = (text) => oneOf('true', 'false')(text) === 'true';

const words: Read<string[]> = (text) => {
  const words = text.split(/[\s,]+/).filter(Boolean);
  if (words.length === 0) throw new Problem('names nothing');
  return words;
};

export type Grant = CallerGrant & { caller: string };

const grants: Read<Grant[]> = (text) => {
  const value = json(text);
  if (!Array.isArray(value)) throw new Problem('is not a list');
  return value.map(toGrant);
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('is not JSON');
  }
}

function toGrant(value: Partial<Record<keyof Grant, unknown>> | null, index: number): Grant {
  const { caller, hierarchy, role } = value ?? {};
  const [named] = roles.filter((each) => each === role);
  if (typeof caller !== 'string' || !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(caller))
    throw new Problem(`has no e-mail address as the caller of entry ${index}`);
  const path = typeof hierarchy === 'string' ? hierarchyPath(hierarchy) : undefined;
  if (path === undefined) throw new Problem(`has no path such as sys.provider as the hierarchy of entry ${index}`);
  if (!named) throw new Problem(`has none of ${roles.join(', ')} as the role of entry ${index}`);
  return { caller, hierarchy: path, role: named };
}

const variables = {
  GOOGLE_CLOUD_PROJECT: or('local', text),
  STORE: or('firestore', oneOf('firestore', 'sqlite')),
  FIRESTORE_DATABASE: or('(default)', text),
  FIRESTORE_EMULATOR_HOST: optional(text),
  SQLITE_FILE: or('.local/store.db', text),
  SECRETS: or('secret_manager', oneOf('secret_manager', 'file')),
  /** A stand-in for Secret Manager, spoken to over plain HTTP. */
  SECRET_MANAGER_EMULATOR_HOST: optional(text),
  SECRETS_FOLDER: or('.local/secrets', text),
  QUEUE: or('pubsub', oneOf('pubsub', 'local')),
  PUBSUB_EMULATOR_HOST: optional(text),
  QUEUE_FILE: or('.local/queue.db', text),
  /** Where the local queue pushes the messages of SYNC_TOPIC. */
  QUEUE_ENDPOINT: optional(url),
  CALLERS: or('google', oneOf('google', 'local')),
  CALLER_AUDIENCE: required(url),
  CALLER_GRANTS: or([], grants),
  OAUTH_URL: required(ownOrigin),
  PORTAL_NAME: or('VOSS4UC', atMost(100)),
  WEBEX_API_URL: or('https://webexapis.com/v1', url),
  WEBEX_SCOPES: or(defaultScopes, words),
  /** Customers' proxies may lie at loopback and link-local addresses: for development only. */
  ALLOW_LOCAL_PROXIES: or(false, flag),
  PAGE_SIZE: or(500, whole(1, 1000)),
  SYNC_TOPIC: or('sync-users', text),
  EVENTS_TOPIC: or('customer-events', text),
  REFRESH_CONCURRENCY: or(50, whole(1, 500)),
};

/** Every variable, for the documents and the deployment to be held against. */
export const configurationNames = Object.keys(variables);

export type Config = {
  [Name in keyof typeof variables]: (typeof variables)[Name] extends Variable<infer Value> ? Value : never;
};

/**
 * @throws Failure `configuration_invalid` whose message lists every wrong or missing variable by name
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const values = Object.entries<Variable<unknown>>(variables).map(([name, { read, absent }]) => {
    try {
      if (env[name]) return [name, read(env[name])];
      if (absent) return [name, absent()];
      throw new Problem('is missing');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`  ${name} ${error.message}`);
      return [name, undefined];
    }
  });
  if (problems.length === 0) return Object.fromEntries(values) as Config;
  throw new Failure('configuration_invalid', `The configuration is not complete:\n${problems.join('\n')}`);
}
