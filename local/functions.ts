/** Runs the four functions in this process on one port, behind the framework's real middleware, with a clock that calls their jobs. */

// Google's libraries would ask the metadata server of a cloud machine, and warn that there is none.
process.env.METADATA_SERVER_DETECTION ??= 'none';

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { pino } from 'pino';
import { customers } from '../functions/customers/customers.ts';
import { refreshTokens } from '../functions/refresh_tokens/refresh_tokens.ts';
import { syncUsers } from '../functions/sync_users/sync_users.ts';
import { webexTeamsOauth } from '../functions/webex_teams_oauth/webex_teams_oauth.ts';
import { cloudLog } from '../shared/adapters/google/cloud-log.ts';
import { type Composition, compose } from '../shared/compose.ts';
import { type Config, parseConfig } from '../shared/config.ts';
import { codeOf, Failure } from '../shared/domain/failure.ts';
import { guardServer } from '../shared/http/request-guard.ts';
import { localAdapters } from './adapters.ts';
import { localEnvironment, localFolder } from './environment.ts';

const names = ['webex_teams_oauth', 'customers', 'refresh_tokens', 'sync_users'];
/** As Cloud Scheduler does in the deployment. */
const refreshEveryMs = 3_600_000;
const syncEveryMs = 600_000;

export interface LocalStack {
  url: string;
  config: Config;
  composition: Composition;
  /** Calls `refresh_tokens` as Scheduler would; resolves with its answer. */
  tick(): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts the four functions on one port of the loopback. `env` as in the configuration. */
export async function startFunctions(port: number, env: Record<string, string | undefined>): Promise<LocalStack> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Failure('configuration_invalid', `PORT ${port} is in use by another program; set PORT to a free one.`);
  });
  const address = server.address() as { port: number };
  const url = `http://localhost:${address.port}`;
  const config = parseConfig({ ...localEnvironment(url), ...env });
  const dest = env.LOG_FILE ?? `${localFolder}/log.jsonl`;
  const log = cloudLog('local', { destination: pino.destination({ dest, mkdir: true, sync: true }) });
  const composition = compose(config, log, localAdapters);
  const { ports, callers } = composition;
  http('webex_teams_oauth', webexTeamsOauth(ports));
  http('customers', customers(ports, callers));
  http('refresh_tokens', refreshTokens(ports, config.REFRESH_CONCURRENCY));
  cloudEvent('sync_users', syncUsers(ports));
  const served = new Map(names.map((name) => [name, getTestServer(name)]));
  for (const each of served.values()) guardServer(each, log);
  route(server, served);
  const call = async (job: string) => (await fetch(`${url}/refresh_tokens${job}`, { method: 'POST' })).json();
  const tick = () => call('/');
  const every = (ms: number, job: string) =>
    setInterval(() => call(job).catch((error) => log.error('local_clock', { code: codeOf(error) })), ms);
  const clocks = [every(refreshEveryMs, '/'), every(syncEveryMs, '/sync')];
  return {
    url,
    config,
    composition,
    tick,
    async close() {
      for (const clock of clocks) clearInterval(clock);
      server.close();
      server.closeAllConnections();
      await composition.close();
    },
  };
}

/** Each function answers under its name, and sees the path behind it, as on cloudfunctions.net. */
function route(server: Server, functions: Map<string, Server>): void {
  server.on('request', (request, response) => {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? [];
    const target = functions.get(name);
    if (!target) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`There are: ${names.join(', ')}\n`);
      return;
    }
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    target.emit('request', request, response);
  });
}
