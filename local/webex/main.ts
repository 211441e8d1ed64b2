/** `node local/webex/main.ts`: the stand-in with its sample organizations as a process of its own. */

import { parseArgs } from 'node:util';
import { sampleClient } from './sample.ts';
import { startWebex } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    'redirect-uri': { type: 'string', multiple: true, default: [] },
  },
});

const webex = await startWebex({
  port: Number(values.port),
  clients: [{ ...sampleClient, redirectUris: values['redirect-uri'] }],
});
console.log(webex.url);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void webex.close());
