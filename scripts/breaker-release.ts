/** `npm run breaker:release`: closes the fleet's circuit breaker by hand. */

import { userInfo } from 'node:os';
import { releaseBreaker } from '../shared/tokens/breaker.ts';
import { runCommand } from './operator/command.ts';

const usage = {
  command: 'npm run breaker:release',
  purpose:
    'Closes the circuit breaker for six hours: the next runs try every customer, and end each connection whose grant Webex refuses twice.',
};

await runCommand(usage, async ({ ports }) => {
  const { releasedUntil } = await releaseBreaker(ports, `operator ${userInfo().username}`);
  return [`The breaker is closed, and stays closed until ${new Date(releasedUntil!).toISOString()}.`];
});
