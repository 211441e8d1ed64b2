/** Runs the four functions in this process on one port, with the framework's real middleware, and calls their jobs at intervals. */

// Otherwise Google's libraries look for a cloud machine's metadata server and warn that there is none.
process.env.METADATA_SERVER_DETECTION ??= 'none';

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { notFoundPage, startPage } from './start-page.ts';

const names = ['webex_teams_oauth', 'customers', 'refresh_tokens', 'sync_users'];
/** The intervals of Cloud Scheduler in the deployment. */
const refreshEveryMs = 3_600_000;
const syncEveryMs = 600_000;
/** How long a stop waits for running requests. */
const finishMs = 3_000;

export interface LocalStack {
  url: string;
  config: Config;
  composition: Composition;
  /** Calls `refresh_tokens` as Cloud Scheduler does and returns its response. */
  tick(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Starts the four functions on one port of the loopback interface.
 * @param env overrides the local configuration
 * @throws Failure `configuration_invalid`
 */
export async function startFunctions(port: number, env: Record<string, string | undefined>): Promise<LocalStack> {
  const server = await listen(port);
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const config = parseConfig({ ...localEnvironment(url), ...env });
  const dest = env.LOG_FILE ?? `${localFolder}/log.jsonl`;
  const log = cloudLog('local', { destination: pino.destination({ dest, mkdir: true, sync: true }) });
  const composition = compose(config, log, localAdapters);
  const { ports, callers } = composition;
  http('webex_teams_oauth', webexTeamsOauth(ports));
  http('customers', customers(ports, callers));
  http('refresh_tokens', refreshTokens(ports, config.REFRESH_CONCURRENCY));
  cloudEvent('sync_users', syncUsers(ports));
  const functions = new Map(names.map((name) => [name, getTestServer(name)]));
  for (const [name, each] of functions) guardServer(each, log, { eventsOnly: name === 'sync_users' });
  const requests = route(server, functions, startPage(url, config.WEBEX_API_URL));
  const call = async (job: string) => (await fetch(`${url}/refresh_tokens${job}`, { method: 'POST' })).json();
  const every = (ms: number, job: string) =>
    setInterval(() => call(job).catch((error) => log.error('local_job_failed', { code: codeOf(error) })), ms);
  const timers = [every(refreshEveryMs, '/'), every(syncEveryMs, '/sync')];
  return {
    url,
    config,
    composition,
    tick: () => call('/'),
    async close() {
      for (const timer of timers) clearInterval(timer);
      server.close();
      await requests.finish();
      server.closeAllConnections();
      await composition.close();
    },
  };
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Failure('configuration_invalid', `Port ${port} is in use. Set PORT to a free port.`);
  });
  return server;
}

/**
 * Gives each function the requests below its name, with the path behind the name, as on cloudfunctions.net.
 * @param start the page at `/`
 */
function route(server: Server, functions: Map<string, Server>, start: string): { finish(): Promise<void> } {
  let running = 0;
  server.on('request', (request, response) => {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? [];
    const target = functions.get(name);
    if (!target) {
      const [status, text] = name === '' ? [200, start] : [404, notFoundPage(names)];
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(text);
      return;
    }
    running += 1;
    response.once('close', () => {
      running -= 1;
    });
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    target.emit('request', request, response);
  });
  return {
    /** Waits a moment for the running requests, so that they return their leases. */
    async finish() {
      for (let waitedMs = 0; running > 0 && waitedMs < finishMs; waitedMs += 20) await sleep(20);
    },
  };
}
