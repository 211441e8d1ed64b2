/** The query parameters of lists: pages, filters, and the change feed. Pure. */

import * as z from 'zod';
import { connectionStates } from '../../../shared/domain/connection.ts';
import { userStatuses } from '../../../shared/domain/user.ts';
import { hierarchy } from './requests.ts';

const pageSize = z.coerce.number().int().min(1).max(1000);
/** Longer than any token that is given out: the longest name key, escaped as JSON, sealed and encoded. */
export const maxPageTokenLength = 4096;

const page = {
  page_size: pageSize.default(100).meta({ description: 'Items per page.' }),
  page_token: z
    .string()
    .min(1)
    .max(maxPageTokenLength)
    .optional()
    .meta({ description: '`next_page_token` of the previous page.' }),
};
export const pageQuery = z.strictObject(page);

/** Names of people come from Webex, which allows more than a customer's name may have. */
const maxNameLength = 1024;

/** As long as any name that is returned: a name is a prefix of itself. */
const namePrefix = z
  .string()
  .min(1)
  .refine((text) => [...text].length <= maxNameLength, `must not be longer than ${maxNameLength} characters`)
  .optional()
  .meta({ description: 'The start of the name, in any case.', maxLength: maxNameLength });

export const listQuery = z.strictObject({
  hierarchy: hierarchy.optional().meta({ description: 'Only customers at or below this node.' }),
  state: z.enum(connectionStates).optional().meta({ description: 'Only connections in this state.' }),
  missing_scope: z
    .string()
    .regex(/^[\w:.-]{1,128}$/, 'must be a scope, or any')
    .optional()
    .meta({ description: 'Only connected customers that lack this scope; `any`: that lack a required scope.' }),
  name_prefix: namePrefix,
  order_by: z.enum(['name', 'name desc']).default('name'),
  ...page,
});

export const usersQuery = z
  .strictObject({
    name_prefix: namePrefix,
    email: z.string().min(1).max(1024).optional().meta({ description: 'One complete address, in any case.' }),
    status: z.enum(userStatuses).optional(),
    since: z.string().max(256).optional().meta({
      description:
        'Reads the change feed: what was added, changed or removed since this `next_since`; empty to read from the start. Cannot be combined with a filter.',
    }),
    ...page,
  })
  .superRefine(({ since, ...others }, context) => {
    if (since === undefined) return;
    for (const field of ['name_prefix', 'email', 'status', 'page_token'] as const) {
      if (others[field] === undefined) continue;
      context.addIssue({ code: 'custom', path: [field], message: 'cannot be combined with since' });
    }
  });
export type UsersQuery = z.infer<typeof usersQuery>;
