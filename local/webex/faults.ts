/** Faults: which request they fall on, and what happens to it. */

import { z } from 'zod';

const milliseconds = z.number().min(0).max(3_600_000);

/** Ways in which a page of people has been seen, or feared, to be wrong. */
const pageFaults = [
  /** Half the people, the rest on the pages that follow. */
  'short',
  /** Nobody, and a next link behind which the scan goes on. */
  'empty-with-next',
  /** The last person of this page comes again on the next. */
  'duplicate',
  /** No next link, though more people follow. */
  'no-next',
  /** A next link with `max=null`, which is refused when followed as it is. */
  'max-null',
  /** A next link with nothing but the cursor. */
  'dropped-parameters',
  /** A next link to a host that is not Webex. */
  'foreign-link',
  /** A next link back to this page. */
  'loop',
] as const;
export type PageFault = (typeof pageFaults)[number];

const fault = z.union([
  z.strictObject({
    status: z.int().min(200).max(599),
    /** A text is sent as it is, anything else as JSON; without it, Webex's error body. */
    body: z.unknown().optional(),
    retryAfter: z.union([z.string().regex(/^[\x20-\x7e]*$/), z.number()]).optional(),
  }),
  z.strictObject({ delayMs: milliseconds }),
  /** The connection is destroyed: before acting, or `after` it. */
  z.strictObject({ drop: z.enum(['before', 'after']) }),
  /** The answer takes its time. It comes from an action at the start (`act`), or is a gateway's 504 for an action that never was. */
  z.strictObject({ hangMs: milliseconds, act: z.boolean() }),
  z.strictObject({ html: z.literal(true), status: z.int().min(200).max(599).optional() }),
  z.strictObject({ page: z.enum(pageFaults) }),
  /** A refresh answers 200 with everything as it was. */
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
  /** All that is given must fit. */
  match: z
    .strictObject({
      /** A regular expression's source, matched against the path. */
      path: pattern,
      method: z.string(),
      grant: z.enum(['authorization_code', 'refresh_token']),
      orgId: z.string(),
      /** From the n-th fitting request on, the first being 1. */
      nth: z.int().min(1),
    })
    .partial()
    .default({}),
  /** How many requests it falls on; 1 if not given. */
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  fault,
});
export type FaultRule = z.input<typeof faultRule>;
export type Fault = z.infer<typeof fault>;

export interface Target {
  path: string;
  method: string;
  grant: string | undefined;
  orgId: string | undefined;
}

export type Faults = ReturnType<typeof faultStore>;

export function faultStore() {
  let lastId = 0;
  const rules = new Map<
    string,
    { rule: z.infer<typeof faultRule>; path: RegExp | undefined; seen: number; left: number }
  >();

  return {
    add(given: FaultRule): string {
      const rule = faultRule.parse(given);
      const id = `fault-${++lastId}`;
      const { path } = rule.match;
      rules.set(id, {
        rule,
        path: path === undefined ? undefined : new RegExp(path),
        seen: 0,
        left: rule.times === 'always' ? Number.POSITIVE_INFINITY : rule.times,
      });
      return id;
    },

    /** Without an id: all of them. */
    clear(id?: string): void {
      if (id === undefined) rules.clear();
      else rules.delete(id);
    },

    /** The fault that falls on a request, the oldest rule first; asking counts the request. */
    take(target: Target): Fault | undefined {
      let taken: Fault | undefined;
      for (const [id, entry] of rules) {
        const { match } = entry.rule;
        const fits =
          (entry.path?.test(target.path) ?? true) &&
          (match.method ?? target.method).toUpperCase() === target.method &&
          (match.grant ?? target.grant) === target.grant &&
          (match.orgId ?? target.orgId) === target.orgId;
        if (!fits) continue;
        entry.seen++;
        if (taken || entry.seen < (match.nth ?? 1)) continue;
        taken = entry.rule.fault;
        entry.left--;
        if (entry.left === 0) rules.delete(id);
      }
      return taken;
    },
  };
}
