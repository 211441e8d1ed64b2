/** Shapes that several responses share. Pure. */

import * as z from 'zod';

export const time = z.iso.datetime().meta({ examples: ['2026-11-23T09:30:00.000Z'] });
export const instant = (ms: number) => new Date(ms).toISOString();
export const instantOrNull = (ms: number | undefined) => (ms === undefined ? null : instant(ms));

export const nextPageToken = z
  .string()
  .nullable()
  .meta({ description: 'Goes into `page_token` of the next request; null on the last page.' });

/** A count of things. Without a bound the document would show the smallest and largest integers of JavaScript. */
export const count = z.int().min(0).max(2_147_483_647);
