/** `npm run keys:reseal`: moves all connections to the key that seals now; begun again, it goes on with what is left. */

import { resealAll } from '../shared/tokens/reseal.ts';
import { operate } from './operate.ts';

await operate(async ({ ports }) => {
  const { seen, changed, unreadable } = await resealAll(ports);
  return [`connections: ${seen}, resealed: ${changed}, unreadable: ${unreadable}`];
});
