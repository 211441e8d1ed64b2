/** What the API takes and gives, as zod schemas: they validate every request, and the OpenAPI document is derived from them. */

import * as z from 'zod';
import { connectionStates } from '../../shared/domain/connection.ts';
import { organizationUuid } from '../../shared/domain/webex-id.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** One line of text as people type it: NFC, no control characters, not blank. Lengths count after normalization. */
function line(max: number) {
  return z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(1, 'must not be blank')
        .max(max, `must not be longer than ${max} characters`)
        .refine((text) => !controlCharacters.test(text), 'must not hold control characters'),
    );
}

const hierarchyName = /^[^.\s\p{C}]+(\.[^.\s\p{C}]+)*$/u;
export const hierarchy = line(512).refine((text) => hierarchyName.test(text), {
  message: 'must be a path such as sys.provider.reseller.customer',
});

const accountNumber = z
  .string()
  .max(256)
  .transform((text, context) => {
    const uuid = organizationUuid(text);
    if (uuid) return uuid;
    context.addIssue({ code: 'custom', message: "must be the organization's uuid or its Webex id" });
    return z.NEVER;
  });

const proxy = z
  .string()
  .max(2048)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash;
  }, 'must be a URL such as http://10.10.10.10:8123');

const shadow = z.array(z.object({ name: line(1024) }).strict()).max(1, 'must hold at most one');

export const customerCreate = z
  .object({
    hierarchy,
    name: line(256),
    account_number: accountNumber,
    http_proxy: proxy.optional(),
    https_proxy: proxy.optional(),
    shadow: shadow.optional(),
  })
  .strict();

/** A JSON merge patch (RFC 7396): an absent field stays, null removes one that may be absent. */
export const customerPatch = z
  .object({
    hierarchy,
    name: line(256),
    account_number: accountNumber,
    http_proxy: proxy.nullable(),
    https_proxy: proxy.nullable(),
    shadow: shadow.nullable(),
  })
  .partial()
  .strict();

const pageSize = z.coerce.number().int().min(1).max(1000);

export const listQuery = z
  .object({
    hierarchy: hierarchy.optional(),
    state: z.enum(connectionStates).optional(),
    name_prefix: z.string().min(1).max(256).optional(),
    order_by: z.enum(['name', 'name desc']).default('name'),
    page_size: pageSize.default(100),
    page_token: z.string().max(2048).optional(),
  })
  .strict();

export const usersQuery = z
  .object({ page_size: pageSize.default(100), page_token: z.string().max(2048).optional() })
  .strict();

export const historyQuery = usersQuery;

export const noQuery = z.object({}).strict();
