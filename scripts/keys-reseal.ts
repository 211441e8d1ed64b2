/** `npm run keys:reseal`: moves all connections to the key that seals now; begun again, it goes on with what is left. */

import { resealAll } from '../shared/reseal.ts';
import { operate } from './operate.ts';

await operate(async ({ outside }) => {
  const { seen, changed, unreadable } = await resealAll(outside);
  return [`connections: ${seen}, resealed: ${changed}, unreadable: ${unreadable}`];
});
