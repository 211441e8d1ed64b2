/** The settings of the stand-in, which the control can change while it runs. */

import { z } from 'zod';
import { day } from '../../shared/domain/time.ts';

const milliseconds = z.number().min(0);

/** The calls that require a scope. */
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
  /** `rotate`: each refresh returns a new refresh token, and the previous one dies at once. */
  rotation: z.enum(['keep', 'rotate']),
  /** Tokens and codes are letters and digits, or end in a mark and the organization's uuid, as older ones did. */
  tokenForm: z.enum(['plain', 'marked']),
  lifetimes: z.strictObject({ accessMs: milliseconds, refreshMs: milliseconds, codeMs: milliseconds }).partial(),
  /** A refresh sooner than this after the last one returns 200 and changes nothing. */
  renewEveryMs: milliseconds,
  /** The time between acting and answering, for every call of the API and the token endpoint. */
  latencyMs: milliseconds,
  /** Which of its two error bodies the token endpoint uses. */
  errorBody: z.enum(['oauth', 'webex']),
  /**
   * Webex's own error body: a general `message` with the description in `errors[0]`, or no `errors` and a `message` that
   * is specific or general.
   */
  errorText: z.enum(['both', 'specific', 'general']),
  omitScope: z.boolean(),
  /** A refresh returns no refresh token, or an empty one. */
  omitRefreshToken: z.union([z.boolean(), z.literal('empty')]),
  /** The most people on a page. Webex silently cuts a larger `max`. */
  pageCeiling: z.int().min(1),
  /** The query parameter that carries the position in a next link. */
  pageLink: z.enum(['cursor', 'after', 'before']),
  /** The status for a caller without an administrator's role who lists people without a filter. */
  unfilteredByMember: z.union([z.literal(400), z.literal(403)]),
  /** Returns the `TrackingID` of the request instead of a new one. */
  echoTrackingId: z.boolean(),
  scim: z
    .strictObject({
      /** SCIM also lists and counts this many rooms. */
      rooms: z.int().min(0),
      /** `accountStatus` is a list that often is absent, a list that is always there, or one text as the specification says. */
      accountStatus: z.enum(['often_absent', 'list', 'text']),
      /** `meta.organizationID` is in the Cisco extension or at the top. */
      organizationId: z.enum(['extension', 'top']),
    })
    .partial(),
  /** Replaces the secrets of every client. */
  clientSecrets: z.array(z.string()),
  /** A call requires one of its scopes. With an empty list it requires none. */
  requiredScopes: z.partialRecord(z.enum(scopedCalls), z.array(z.string())),
  /** `invitePending` and `loginEnabled` are strings, as the specification says. */
  booleansAsStrings: z.boolean(),
  /** What a member without a role gets for consenting: tokens that are good for `people/me`, or a redirect with an error. */
  memberConsent: z.enum(['token', 'invalid_scope']),
});
type Change = z.infer<typeof settingsChange>;
export type SettingsChange = Partial<Change>;
export type Settings = Omit<Change, 'clientSecrets' | 'lifetimes' | 'requiredScopes' | 'scim'> & {
  lifetimes: Required<Change['lifetimes']>;
  scim: Required<Change['scim']>;
  requiredScopes: Record<ScopedCall, string[]>;
};

export function defaultSettings(): Settings {
  return {
    rotation: 'keep',
    tokenForm: 'plain',
    // Ten minutes is the longest life that RFC 6749, section 4.1.2, allows a code.
    lifetimes: { accessMs: 14 * day, refreshMs: 90 * day, codeMs: 600_000 },
    renewEveryMs: 0,
    latencyMs: 0,
    errorBody: 'oauth',
    errorText: 'both',
    omitScope: false,
    omitRefreshToken: false,
    pageCeiling: 1000,
    pageLink: 'cursor',
    unfilteredByMember: 400,
    echoTrackingId: true,
    scim: { rooms: 0, accountStatus: 'often_absent', organizationId: 'extension' },
    requiredScopes: {
      people: ['spark-admin:people_read', 'spark:people_read'],
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
