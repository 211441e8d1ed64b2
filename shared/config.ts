/** Configuration: read from the environment once, all problems named together, no value ever printed. */

import * as z from 'zod';
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

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const hierarchy = z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, 'is not a hierarchy path such as sys.provider');
const grants = z.array(z.object({ caller: z.email(), hierarchy, role: z.enum(roles) }));
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

const environment = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1).default('local'),
  STORE: z.enum(['firestore', 'sqlite']).default('firestore'),
  FIRESTORE_DATABASE: z.string().min(1).default('(default)'),
  FIRESTORE_EMULATOR_HOST: z.string().min(1).optional(),
  SQLITE_FILE: z.string().min(1).default('.local/store.db'),
  SECRETS: z.enum(['secret_manager', 'file']).default('secret_manager'),
  /** A stand-in for Secret Manager, spoken to over plain HTTP. */
  SECRET_MANAGER_EMULATOR_HOST: z.string().min(1).optional(),
  SECRETS_FOLDER: z.string().min(1).default('.local/secrets'),
  QUEUE: z.enum(['pubsub', 'local']).default('pubsub'),
  PUBSUB_EMULATOR_HOST: z.string().min(1).optional(),
  QUEUE_FILE: z.string().min(1).default('.local/queue.db'),
  /** Where the local queue pushes the messages of SYNC_TOPIC. */
  QUEUE_ENDPOINT: url.optional(),
  CALLERS: z.enum(['google', 'local']).default('google'),
  CALLER_AUDIENCE: url,
  CALLER_GRANTS: json.pipe(grants).default([]),
  OAUTH_URL: url,
  PORTAL_NAME: z.string().min(1).max(100).default('VOSS4UC'),
  WEBEX_API_URL: url.default('https://webexapis.com/v1'),
  WEBEX_SCOPES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(z.string()).min(1))
    .default(defaultScopes),
  /** Customers' proxies may lie at loopback and link-local addresses: for development only. */
  ALLOW_LOCAL_PROXIES: z.stringbool().default(false),
  PAGE_SIZE: z.coerce.number().int().min(1).max(1000).default(500),
  SYNC_TOPIC: z.string().min(1).default('sync-users'),
  EVENTS_TOPIC: z.string().min(1).default('customer-events'),
  REFRESH_CONCURRENCY: z.coerce.number().int().min(1).max(500).default(50),
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
