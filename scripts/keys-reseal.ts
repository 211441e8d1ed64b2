/** `npm run keys:reseal`: seals every document with the newest key. */

import { resealAll } from '../shared/tokens/reseal.ts';
import { runCommand } from './operator/command.ts';
import { resealReport } from './operator/keys.ts';

const usage = {
  command: 'npm run keys:reseal',
  purpose: 'Seals every document with the newest key. After an interruption, run it again: it continues with the rest.',
};

await runCommand(usage, async ({ ports }) => [resealReport(await resealAll(ports))]);
