/** A failure as the API returns it. Pure. */

import * as z from 'zod';
import { statusOf } from '../../../shared/http/status.ts';

export const problemResponse = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'For people; may change.' }),
    code: z.enum(Object.keys(statusOf)).meta({ description: 'For programs; does not change.' }),
    trace: z.string().meta({ description: 'Identifies the request; please quote it when you report a problem.' }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'All problems of the request.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' });
