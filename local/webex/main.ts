/** `node local/webex/main.ts`: the stand-in with its sample organizations as a process of its own. */

import { parseArgs } from 'node:util';
import { Failure } from '../../shared/domain/failure.ts';
import { sampleClient } from './sample.ts';
import { startWebex } from './server.ts';

const help = `node local/webex/main.ts [options]

  --port PORT           default 8090
  --redirect-uri URI    where a sign-in may end; may be repeated
  --file FILE           keeps grants and changes over a restart
  --help
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      'redirect-uri': { type: 'string', multiple: true, default: [] },
      file: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const webex = await startWebex({
    port: Number(values.port),
    clients: [{ ...sampleClient, redirectUris: values['redirect-uri'] }],
    ...(values.file !== undefined && { file: values.file }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void webex.close());
  console.log(webex.url);
}

main().catch((error: { code?: string; message: string }) => {
  const expected = error instanceof Failure || ['EADDRINUSE', 'ERR_SOCKET_BAD_PORT'].includes(error.code ?? '');
  const usage = error.code?.startsWith('ERR_PARSE_ARGS');
  console.error(expected ? error.message : usage ? `${error.message}\n\n${help}` : error);
  process.exitCode = 1;
});
