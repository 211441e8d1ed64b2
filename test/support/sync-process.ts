/** A process that works on one message and may be killed meanwhile. */

import { keyringName } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import { runSync } from '../../shared/sync/run.ts';
import { runningClock } from './clock.ts';
import { memorySecrets, testPorts } from './ports.ts';

export interface Work {
  webexUrl: string;
  keys: object;
  file: string;
  customer: string;
  sync: string;
  /** How far the clock is ahead. */
  aheadMs: number;
}

async function main(work: Work): Promise<void> {
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = memorySecrets({ [keyringName]: work.keys, [integrationName]: integration });
  const ports = testPorts(
    { url: work.webexUrl },
    { clock: runningClock(), store: sqliteStore({ file: work.file }), secrets },
  );
  ports.settings.pageSize = 20;
  ports.clock.advance(work.aheadMs);
  process.stdout.write('working\n');
  await runSync(ports, work.customer, work.sync);
  await ports.store.close();
  process.stdout.write('done\n');
}

if (import.meta.main) await main(JSON.parse(process.argv[2]!) as Work);
