/**
 * Configuration: read from the environment once, all problems named together, no value ever printed.
 * By zod's functional form, of which a bundle holds only what is used: this runs in every cold start.
 */

import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { roles } from './domain/caller.ts';
import { Failure } from './domain/failure.ts';

/** What the sync and the check of the administrator need, and SCIM for the proof of completeness. */
const defaultScopes = [
  'spark-admin:people_read',
  'spark-admin:licenses_read',
  'spark-admin:roles_read',
  'spark-admin:organizations_read',
  'identity:people_read',
];

// The words of its problems, which this form brings for no language by itself.
z.config(en());

const json = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
      return z.NEVER;
    }
  }),
);

const text = z.string().check(z.minLength(1));
const hierarchy = z.string().check(z.regex(/^[^.\s]+(\.[^.\s]+)*$/, 'is not a hierarchy path such as sys.provider'));
const grants = z.array(z.object({ caller: z.email(), hierarchy, role: z.enum(roles) }));
const url = z.pipe(
  z.url({ protocol: /^https?$/ }),
  z.transform((url) => url.replace(/\/+$/, '')),
);
const words = z.pipe(
  z.string(),
  z.transform((text) => text.split(/[\s,]+/).filter(Boolean)),
);
const whole = (from: number, to: number) => z.coerce.number().check(z.int(), z.gte(from), z.lte(to));

const environment = z.object({
  GOOGLE_CLOUD_PROJECT: z._default(text, 'local'),
  STORE: z._default(z.enum(['firestore', 'sqlite']), 'firestore'),
  FIRESTORE_DATABASE: z._default(text, '(default)'),
  FIRESTORE_EMULATOR_HOST: z.optional(text),
  SQLITE_FILE: z._default(text, '.local/store.db'),
  SECRETS: z._default(z.enum(['secret_manager', 'file']), 'secret_manager'),
  /** A stand-in for Secret Manager, spoken to over plain HTTP. */
  SECRET_MANAGER_EMULATOR_HOST: z.optional(text),
  SECRETS_FOLDER: z._default(text, '.local/secrets'),
  QUEUE: z._default(z.enum(['pubsub', 'local']), 'pubsub'),
  PUBSUB_EMULATOR_HOST: z.optional(text),
  QUEUE_FILE: z._default(text, '.local/queue.db'),
  /** Where the local queue pushes the messages of SYNC_TOPIC. */
  QUEUE_ENDPOINT: z.optional(url),
  CALLERS: z._default(z.enum(['google', 'local']), 'google'),
  CALLER_AUDIENCE: url,
  CALLER_GRANTS: z._default(z.pipe(json, grants), []),
  OAUTH_URL: url,
  PORTAL_NAME: z._default(text.check(z.maxLength(100)), 'VOSS4UC'),
  WEBEX_API_URL: z._default(url, 'https://webexapis.com/v1'),
  WEBEX_SCOPES: z._default(z.pipe(words, z.array(z.string()).check(z.minLength(1))), defaultScopes),
  /** Customers' proxies may lie at loopback and link-local addresses: for development only. */
  ALLOW_LOCAL_PROXIES: z._default(z.stringbool(), false),
  PAGE_SIZE: z._default(whole(1, 1000), 500),
  SYNC_TOPIC: z._default(text, 'sync-users'),
  EVENTS_TOPIC: z._default(text, 'customer-events'),
  REFRESH_CONCURRENCY: z._default(whole(1, 500), 50),
});

/** Every variable, for the documents and the deployment to be held against. */
export const configurationNames = Object.keys(environment.shape);

export type Config = z.infer<typeof environment>;

/**
 * @throws Failure `configuration_invalid` whose message lists every wrong or missing variable by name
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `  ${name} ${name in present ? issue.message : 'is missing'}`;
  });
  throw new Failure('configuration_invalid', `The configuration is not complete:\n${lines.join('\n')}`);
}
