/** What a caller sends: each field with its rule, and with the title and description of the source model. Pure. */

import * as z from 'zod';
import { connectionStates } from '../../../shared/domain/connection.ts';
import { hierarchyPath } from '../../../shared/domain/customer.ts';
import { proxyProblem } from '../../../shared/domain/proxy.ts';
import { organizationUuid } from '../../../shared/domain/webex-id.ts';
import { bulkActions } from '../../../shared/operations/operations.ts';

/** One line of text as people type it: NFC, no control characters, no lone surrogates, not blank. Lengths are in characters. */
function line(max: number) {
  return z
    .string()
    .refine((text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text), 'must not contain control characters')
    .normalize('NFC')
    .trim()
    .refine((text) => text.length > 0, 'must not be blank')
    .refine((text) => [...text].length <= max, `must not be longer than ${max} characters`)
    .meta({ minLength: 1, maxLength: max });
}

export const hierarchy = line(512)
  .transform((text, context) => {
    const path = hierarchyPath(text);
    if (path !== undefined) return path;
    context.addIssue({
      code: 'custom',
      message: 'must be a path such as sys.provider.reseller.customer: at most 20 names, 1400 bytes in UTF-8',
    });
    return z.NEVER;
  })
  .meta({
    title: 'Hierarchy',
    description: 'The hierarchy node of the customer. Names may contain spaces and hyphens.',
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
    context.addIssue({ code: 'custom', message: 'must be the uuid or the Webex id of an organization' });
    return z.NEVER;
  })
  .meta({
    title: 'Organization Account Number',
    description:
      'This can be found when logging into the Webex Teams Admin portal under the My Company Info section. Accepted as the uuid or as the id of the Webex API; stored and returned as the uuid.',
    examples: ['2f7ab8a5-3c9e-4c1f-9e1b-6a0d3f5b7c21'],
  });

const secretText = z
  .string()
  .min(16, 'is shorter than any token')
  .max(4096)
  .regex(/^[\x21-\x7e]+$/, 'must be a token as Webex shows it: printable ASCII characters without spaces');

export const token = secretText.meta({
  title: 'Admin Access Token',
  description:
    'This is the Access Token provided when logging into Webex Teams Developer portal. This token is valid for 14 days. The Refresh token can be used to generate a new Access Token. Sent together with `refresh_token`; never returned.',
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
    const url = text.isWellFormed() && URL.canParse(text) ? new URL(text) : undefined;
    const bare = url !== undefined && (url.pathname === '/' || url.pathname === '') && !url.search && !url.hash;
    const problem = bare ? proxyProblem(text, true) : 'must be a URL such as http://10.10.10.10:8123';
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export const httpProxy = proxyUrl.meta({
  title: 'HTTP Proxy String',
  description:
    'HTTP Proxy string e.g. http://10.10.10.10:8123. A password in it is returned as ****. Send **** back to keep the stored password.',
  examples: ['http://10.10.10.10:8123'],
});

export const httpsProxy = proxyUrl.meta({
  title: 'HTTPS Proxy String',
  description:
    'HTTPS Proxy string e.g. https://10.10.10.10:8123. A password in it is returned as ****. Send **** back to keep the stored password.',
  examples: ['https://10.10.10.10:8123'],
});

export const shadowName = line(1024).meta({ title: 'Name', minLength: 1, maxLength: 1024, examples: ['Acme'] });
export const shadow = z
  .array(z.strictObject({ name: shadowName }))
  .max(1, 'must have at most one entry')
  .meta({ title: 'Shadow', description: 'None or one.' });

const hours = z.int().min(0).max(8784);
const people = z.int().min(0).max(1_000_000);
export const syncFields = {
  every_hours: hours.meta({ description: 'Hours between scheduled syncs of the users; 0 switches them off.' }),
  held_above_people: people.meta({
    description:
      'Removals wait for approval when they are more than this and more than `held_above_share` of all people.',
  }),
  held_above_share: z.number().min(0).max(1).meta({ description: 'A share of all people, from 0 to 1.' }),
  held_above: people.meta({ description: 'Removals wait for approval when they are more than this.' }),
  check_total: z
    .boolean()
    .meta({ description: "Whether Webex's count of people must match the scan before people are removed." }),
};

/** The source's form asks for each token twice. */
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

/** Both tokens or none, and each repeat equals its token. */
function checkPasted(body: PastedText, context: z.RefinementCtx): void {
  const problem = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
  if (body.token !== undefined && body.refresh_token === undefined) problem('refresh_token', 'is required with token');
  if (body.refresh_token !== undefined && body.token === undefined) problem('token', 'is required with refresh_token');
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
      'A JSON merge patch (RFC 7396): an absent field stays as it is; null removes an optional field or restores its default.',
    examples: [{ name: 'Acme Corporation, renamed', http_proxy: null, sync: { every_hours: 12 } }],
  });

export const operationCreate = z
  .strictObject({
    action: z
      .enum(bulkActions)
      .meta({ description: '`sync`: Sync Webex Teams Users; `connect`: create a connect link.' }),
    hierarchy,
    state: z
      .enum(connectionStates)
      .optional()
      .meta({ description: 'Only customers whose connection is in this state.' }),
  })
  .meta({ id: 'OperationCreate', examples: [{ action: 'sync', hierarchy: 'sys.provider.reseller' }] });
