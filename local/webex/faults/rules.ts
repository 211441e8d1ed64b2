/** Faults that a test orders: on which requests they fall, how often, and what they do. */

import { z } from 'zod';
import { oauthErrors } from '../answers.ts';

const milliseconds = z.number().min(0).max(3_600_000);
const headerText = z.string().regex(/^[\x20-\x7e]*$/);

/** What has been wrong with pages of people at Webex, or might be. */
const pageFaults = [
  /** Half the people; the other half is on the pages that follow. */
  'short',
  /** No people, but a next link from which the scan can continue. */
  'empty-with-next',
  /** The next page repeats the last person of this page. */
  'duplicate',
  /** No next link, although more people follow. */
  'no-next',
  /** A next link with `max=null`, which Webex refuses if it is followed unchanged. */
  'max-null',
  /** A next link that has lost every parameter except the cursor. */
  'dropped-parameters',
  /** A next link to a host that is not Webex. */
  'foreign-link',
  /** A next link back to this page. */
  'loop',
] as const;
export type PageFault = (typeof pageFaults)[number];

/** Headers that any answer made by a fault may carry. `retryAfter` is sent as given: seconds, a date, or nonsense. */
const headers = {
  retryAfter: z.union([headerText, z.number()]).optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/), headerText).optional(),
};
const status = z.int().min(200).max(599);

const fault = z.union([
  /** Answers without acting. A text `body` is sent unchanged, anything else as JSON; without it, Webex's error body. */
  z.strictObject({ status, body: z.unknown().optional(), ...headers }),
  /** Answers with a gateway's page, without acting. Status 503 by default. */
  z.strictObject({ html: z.literal(true), status: status.optional(), ...headers }),
  /** Refuses as the token endpoint does, in the body that `errorBody` selects unless `as` names the other one. */
  z.strictObject({
    refuse: z.enum(oauthErrors),
    as: z.enum(['oauth', 'webex']).optional(),
    description: z.string().optional(),
    status: status.optional(),
    ...headers,
  }),
  /**
   * Acts, then changes the JSON of the answer. A key is a field's path: `expires_in`, `items.0.orgId`, `items.*.roles`.
   */
  z
    .strictObject({ set: z.record(z.string(), z.unknown()).optional(), omit: z.array(z.string()).optional() })
    .refine(({ set, omit }) => set ?? omit, 'neither set nor omit'),
  /** Acts, then replaces the `Link` header if there is one; `{next}`, `{host}` and `{query}` stand for the real link's parts. */
  z.strictObject({ link: headerText }),
  z.strictObject({ delayMs: milliseconds }),
  /** Destroys the connection before or after acting. */
  z.strictObject({ drop: z.enum(['before', 'after']) }),
  /** Answers late: with the result if `act` is set, otherwise with a gateway's 504 and no action. */
  z.strictObject({ hangMs: milliseconds, act: z.boolean() }),
  z.strictObject({ page: z.enum(pageFaults) }),
  /** A refresh answers 200 and changes nothing. */
  z.strictObject({ unchanged: z.literal(true) }),
]);

const pattern = z.string().refine((source) => {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}, 'not a regular expression');

export const faultRule = z.strictObject({
  /** A request must meet every condition that is given. */
  match: z
    .strictObject({
      /** A regular expression's source, matched against the path without a trailing slash. */
      path: pattern,
      /** The same for the query as the client wrote it, with its `?`. */
      query: pattern,
      method: z.string(),
      grant: z.enum(['authorization_code', 'refresh_token']),
      /** The organization or organizations whose token the request carries, as bare uuids. */
      orgId: z.union([z.string(), z.array(z.string())]),
      /** The refresh token that the request exchanges. */
      refreshToken: z.string(),
      /** The access token was issued less than this many milliseconds ago. */
      tokenYoungerThanMs: milliseconds,
      /** Counts matching requests from 1; the fault starts at this one. */
      nth: z.int().min(1),
    })
    .partial()
    .default({}),
  /** How many requests the fault falls on. */
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  fault,
});
export type FaultRule = z.input<typeof faultRule>;
export type Fault = z.infer<typeof fault>;
type Match = z.infer<typeof faultRule>['match'];

/** What a fault can match a request by. */
export interface Target {
  path: string;
  query: string;
  method: string;
  grant: string | undefined;
  orgId: string | undefined;
  refreshToken: string | undefined;
  /** Absent where the request carries no valid access token. */
  tokenAgeMs: number | undefined;
}

function matcher(match: Match): (target: Target) => boolean {
  const path = new RegExp(match.path ?? '');
  const query = new RegExp(match.query ?? '');
  const { method, grant, orgId, refreshToken, tokenYoungerThanMs } = match;
  return (target) =>
    path.test(target.path) &&
    query.test(target.query) &&
    (method === undefined || method.toUpperCase() === target.method) &&
    (grant === undefined || grant === target.grant) &&
    (orgId === undefined || [orgId].flat().includes(target.orgId ?? '')) &&
    (refreshToken === undefined || refreshToken === target.refreshToken) &&
    (tokenYoungerThanMs === undefined || (target.tokenAgeMs ?? Number.POSITIVE_INFINITY) < tokenYoungerThanMs);
}

export type Faults = ReturnType<typeof faultStore>;

export function faultStore() {
  let lastId = 0;
  const rules = new Map<string, { fault: Fault; matches: (target: Target) => boolean; skip: number; left: number }>();

  return {
    add(given: FaultRule): string {
      const { match, times, fault } = faultRule.parse(given);
      const id = `fault-${++lastId}`;
      const left = times === 'always' ? Number.POSITIVE_INFINITY : times;
      rules.set(id, { fault, matches: matcher(match), skip: (match.nth ?? 1) - 1, left });
      return id;
    },

    /** Removes one rule, or all of them without an id. */
    clear(id?: string): void {
      if (id === undefined) rules.clear();
      else rules.delete(id);
    },

    /** Counts the request and returns the fault that falls on it. If several rules match, the oldest one applies. */
    take(target: Target): Fault | undefined {
      let taken: Fault | undefined;
      for (const [id, rule] of rules) {
        if (!rule.matches(target)) continue;
        const skipped = rule.skip > 0;
        if (skipped) rule.skip--;
        if (taken || skipped) continue;
        taken = rule.fault;
        rule.left--;
        if (rule.left === 0) rules.delete(id);
      }
      return taken;
    },
  };
}
