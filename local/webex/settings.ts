/** What can be changed about the stand-in while it runs. */

import { z } from 'zod';
import { day } from '../../shared/domain/time.ts';

const milliseconds = z.number().min(0);

/** Names of the calls whose scopes are checked. */
const scopedCalls = [
  'people',
  'me',
  'licenses',
  'roles',
  'organizations',
  'scim',
  'listAuthorizations',
  'deleteAuthorizations',
] as const;
export type ScopedCall = (typeof scopedCalls)[number];

export const settingsChange = z.strictObject({
  /** `rotate`: each renewal gives a new refresh token and the one before dies at once. */
  rotation: z.enum(['keep', 'rotate']),
  lifetimes: z.strictObject({ accessMs: milliseconds, refreshMs: milliseconds, codeMs: milliseconds }).partial(),
  /** A refresh sooner than this after the last answers 200 and changes nothing. */
  renewEveryMs: milliseconds,
  /** Waited between acting and answering, for every call of the API and the token endpoint. */
  latencyMs: milliseconds,
  /** Which of its two error bodies the token endpoint uses. */
  errorBody: z.enum(['oauth', 'webex']),
  /**
   * Webex's own error body: a general `message` with the description in `errors[0]`, or no `errors` and a `message` that
   * is specific or general.
   */
  errorText: z.enum(['both', 'specific', 'general']),
  omitScope: z.boolean(),
  /** Leaves the refresh token out of the answer to a refresh, or leaves it empty. */
  omitRefreshToken: z.union([z.boolean(), z.literal('empty')]),
  /** The most people on a page; a larger `max` is cut to it. */
  pageCeiling: z.int().min(1),
  /** Replaces the secrets of every client. */
  clientSecrets: z.array(z.string()),
  /** Any one of the scopes opens the call; an empty list opens it to all. */
  requiredScopes: z.partialRecord(z.enum(scopedCalls), z.array(z.string())),
  /** `invitePending` and `loginEnabled` as the strings that the specification describes. */
  booleansAsStrings: z.boolean(),
  /** What becomes of a non-administrator who accepts: tokens that are good for `people/me`, or a redirect with an error. */
  memberConsent: z.enum(['token', 'invalid_scope']),
});
export type SettingsChange = Partial<z.infer<typeof settingsChange>>;

export type Settings = Omit<z.infer<typeof settingsChange>, 'clientSecrets' | 'lifetimes' | 'requiredScopes'> & {
  lifetimes: { accessMs: number; refreshMs: number; codeMs: number };
  requiredScopes: Record<ScopedCall, string[]>;
};

export function defaultSettings(): Settings {
  return {
    rotation: 'keep',
    // Ten minutes is the longest life that RFC 6749, section 4.1.2, allows a code.
    lifetimes: { accessMs: 14 * day, refreshMs: 90 * day, codeMs: 600_000 },
    renewEveryMs: 0,
    latencyMs: 0,
    errorBody: 'oauth',
    errorText: 'both',
    omitScope: false,
    omitRefreshToken: false,
    pageCeiling: 1000,
    requiredScopes: {
      people: ['spark-admin:people_read'],
      me: ['spark-admin:people_read', 'spark:people_read'],
      licenses: ['spark-admin:licenses_read'],
      roles: ['spark-admin:roles_read'],
      organizations: ['spark-admin:organizations_read'],
      scim: ['identity:people_read', 'identity:people_rw'],
      listAuthorizations: ['identity:tokens_read'],
      deleteAuthorizations: ['identity:tokens_write'],
    },
    booleansAsStrings: false,
    memberConsent: 'token',
  };
}
