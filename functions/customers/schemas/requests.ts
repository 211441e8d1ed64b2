/** The fields that a caller sends, each with its rule; title and description are the source model's. */

import * as z from 'zod';
import { connectionStates } from '../../../shared/domain/connection.ts';
import { proxyProblem } from '../../../shared/domain/proxy.ts';
import { organizationUuid } from '../../../shared/domain/webex-id.ts';

/** One line of text as people type it: NFC, no control characters or broken surrogates, not blank. Lengths are in characters. */
function line(max: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text), 'must not hold control characters')
    .normalize('NFC')
    .trim()
    .refine((text) => text.length > 0, 'must not be blank')
    .refine((text) => [...text].length <= max, `must not be longer than ${max} characters`)
    .meta({ minLength: 1, maxLength: max });
}

const hierarchyName = /^[^.\s\p{C}]+(\.[^.\s\p{C}]+)*$/u;
/** Deep enough for any provider; each level is one entry of an index. */
const levels = 20;
export const hierarchy = line(512)
  .refine(
    (text) => hierarchyName.test(text) && text.split('.').length <= levels,
    `must be a path such as sys.provider.reseller.customer, of at most ${levels} names`,
  )
  .meta({
    title: 'Hierarchy',
    description: 'The node that the customer belongs to.',
    minLength: 1,
    maxLength: 512,
    examples: ['sys.provider.reseller.customer'],
  });

export const name = line(256).meta({
  title: 'Customer Name',
  description: 'Name of this customer',
  minLength: 1,
  maxLength: 256,
  examples: ['Acme Corporation'],
});

export const accountNumber = z
  .string()
  .max(256)
  .transform((text, context) => {
    const uuid = organizationUuid(text);
    if (uuid) return uuid;
    context.addIssue({ code: 'custom', message: "must be the organization's uuid or its Webex id" });
    return z.NEVER;
  })
  .meta({
    title: 'Organization Account Number',
    description:
      'This can be found when logging into the Webex Teams Admin portal under the My Company Info section. Accepted as uuid or as the id that the Webex API gives; kept and shown as uuid.',
    examples: ['2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21'],
  });

const secretText = z
  .string()
  .min(16, 'is shorter than any token')
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'must be a token as Webex shows it: printable characters without spaces');

export const token = secretText.meta({
  title: 'Admin Access Token',
  description:
    'This is the Access Token provided when logging into Webex Teams Developer portal. This token is valid for 14 days. The Refresh token can be used to generate a new Access Token. Given together with `refresh_token`; never returned.',
  format: 'password',
  writeOnly: true,
});

export const refreshToken = secretText.meta({
  title: 'Refresh Token',
  description:
    'This is the Refresh Token provided when logging into Webex Teams Developer portal. This token will be used to create a new access token. The refresh token is valid for 90 days. Never returned.',
  format: 'password',
  writeOnly: true,
});

const proxyUrl = z
  .string()
  .max(2048)
  .superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const bare = url !== undefined && (url.pathname === '/' || url.pathname === '') && !url.search && !url.hash;
    const problem = bare ? proxyProblem(text, true) : 'must be a URL such as http://10.10.10.10:8123';
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export const httpProxy = proxyUrl.meta({
  title: 'HTTP Proxy String',
  description:
    'HTTP Proxy string e.g. http://10.10.10.10:8123. A password in it is shown as ****; sent back so, the stored one is kept.',
  examples: ['http://10.10.10.10:8123'],
});

export const httpsProxy = proxyUrl.meta({
  title: 'HTTPS Proxy String',
  description:
    'HTTPS Proxy string e.g. https://10.10.10.10:8123. A password in it is shown as ****; sent back so, the stored one is kept.',
  examples: ['https://10.10.10.10:8123'],
});

export const shadowName = line(1024).meta({ title: 'Name', minLength: 1, maxLength: 1024, examples: ['Acme'] });
export const shadow = z
  .array(z.strictObject({ name: shadowName }))
  .max(1, 'must hold at most one')
  .meta({ title: 'Shadow', description: 'None or one.' });

const hours = z.int().min(0).max(8784);
const people = z.int().min(0).max(1_000_000);
export const syncFields = {
  every_hours: hours.meta({ description: 'Hours between scheduled syncs of the users; 0 switches them off.' }),
  held_above_people: people.meta({ description: 'Removals are held for approval when more people than this …' }),
  held_above_share: z.number().min(0).max(1).meta({ description: '… and more than this share of all would go,' }),
  held_above: people.meta({ description: 'or more people than this in all.' }),
  check_total: z
    .boolean()
    .meta({ description: "Whether Webex's count of people must agree before anybody is removed." }),
};

/** Repeats, as the source's form asks for them. */
const repeats = {
  token_repeat: secretText.optional().meta({ description: 'Must equal `token`.', writeOnly: true }),
  refresh_token_repeat: secretText.optional().meta({ description: 'Must equal `refresh_token`.', writeOnly: true }),
};
const pasted = { token: token.optional(), refresh_token: refreshToken.optional(), ...repeats };

interface PastedText {
  token?: string | undefined;
  refresh_token?: string | undefined;
  token_repeat?: string | undefined;
  refresh_token_repeat?: string | undefined;
}

/** The pair comes together, and its repeats say the same. */
function checkPasted(body: PastedText, context: z.RefinementCtx): void {
  const problem = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if (body.token !== undefined && body.refresh_token === undefined) problem('refresh_token', 'is needed with token');
  if (body.refresh_token !== undefined && body.token === undefined) problem('token', 'is needed with refresh_token');
  for (const field of ['token', 'refresh_token'] as const) {
    const repeat = body[`${field}_repeat`];
    if (repeat !== undefined && repeat !== body[field]) problem(`${field}_repeat`, `is not the same as ${field}`);
  }
}

export const customerCreate = z
  .strictObject({
    hierarchy,
    name,
    account_number: accountNumber,
    ...pasted,
    http_proxy: httpProxy.nullish(),
    https_proxy: httpsProxy.nullish(),
    shadow: shadow.optional(),
    sync: z.strictObject(syncFields).partial().optional(),
  })
  .superRefine(checkPasted)
  .meta({
    id: 'CustomerCreate',
    description: 'A customer to create.',
    examples: [
      {
        hierarchy: 'sys.provider.reseller.customer',
        name: 'Acme Corporation',
        account_number: '2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21',
        http_proxy: 'http://10.10.10.10:8123',
        shadow: [{ name: 'Acme' }],
      },
    ],
  });

export const customerPatch = z
  .strictObject({
    hierarchy: hierarchy.optional(),
    name: name.optional(),
    account_number: accountNumber.optional(),
    ...pasted,
    http_proxy: httpProxy.nullish(),
    https_proxy: httpsProxy.nullish(),
    shadow: shadow.nullish(),
    sync: z
      .strictObject({
        every_hours: syncFields.every_hours.nullish(),
        held_above_people: syncFields.held_above_people.nullish(),
        held_above_share: syncFields.held_above_share.nullish(),
        held_above: syncFields.held_above.nullish(),
        check_total: syncFields.check_total.nullish(),
      })
      .nullish(),
  })
  .superRefine(checkPasted)
  .meta({
    id: 'CustomerPatch',
    description:
      'A JSON merge patch (RFC 7396): what is absent stays, null removes what may be absent or brings the default back.',
    examples: [{ name: 'Acme Corporation, renamed', http_proxy: null, sync: { every_hours: 12 } }],
  });

const pageSize = z.coerce.number().int().min(1).max(1000);
export const page = {
  page_size: pageSize.default(100).meta({ description: 'Items a page.' }),
  page_token: z.string().min(1).max(2048).optional().meta({ description: '`next_page_token` of the page before.' }),
};
export const pageQuery = z.strictObject(page);

export const listQuery = z.strictObject({
  hierarchy: hierarchy.optional().meta({ description: 'Only customers at or below this node.' }),
  state: z.enum(connectionStates).optional().meta({ description: 'Only connections in this state.' }),
  missing_scope: z
    .string()
    .regex(/^[\w:.-]{1,128}$/, 'must be a scope, or any')
    .optional()
    .meta({ description: 'Only connected customers that were not granted this scope; `any`: one of those required.' }),
  name_prefix: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: 'The beginning of the name; case does not count.' }),
  order_by: z.enum(['name', 'name desc']).default('name'),
  ...page,
});
