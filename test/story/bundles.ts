/**
 * The story's stack from the zips: a process for each function, behind one address as on cloudfunctions.net. Firestore and
 * Pub/Sub are the official emulators, Secret Manager and Google's certificates are stand-ins.
 */

import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { join } from 'node:path';
import { functionNames } from '../../scripts/build.ts';
import { type FunctionProcess, startFunction } from '../support/deployed.ts';
import { startGoogleSigner } from '../support/google-signer.ts';
import { startSecretManager } from '../support/secret-manager.ts';
import type { StartStack } from './story.ts';

const caller = 'story@example.com';

/**
 * @param bundles folder with the unpacked zips
 * @param engines makes what the functions find at the emulators, and answers where these are
 */
export function fromBundles(
  bundles: () => string,
  engines: (url: string) => Promise<{ GOOGLE_CLOUD_PROJECT: string } & Record<string, string>>,
): StartStack {
  return async ({ url, webexApiUrl, secrets }) => {
    const [signer, manager, env] = await Promise.all([startGoogleSigner(), startSecretManager(), engines(url)]);
    for (const [name, value] of Object.entries(secrets))
      manager.secrets.set(`projects/${env.GOOGLE_CLOUD_PROJECT}/secrets/${name}`, [JSON.stringify(value)]);
    const audience = `${url}/customers`;
    const processes = new Map<string, FunctionProcess>();
    for (const name of functionNames) {
      const own = {
        CALLER_AUDIENCE: audience,
        CALLER_GRANTS: JSON.stringify([{ caller, hierarchy: 'sys', role: 'administrator' }]),
        OAUTH_URL: `${url}/webex_teams_oauth`,
        WEBEX_API_URL: webexApiUrl,
        SECRET_MANAGER_EMULATOR_HOST: manager.host,
      };
      const source = join(bundles(), name);
      const { options } = signer;
      processes.set(
        name,
        await startFunction({ target: name, source, options, env: { ...own, ...env, ...signer.env } }),
      );
    }
    await Promise.all([...processes.values()].map((each) => each.listening()));
    const front = await serveTogether(Number(new URL(url).port), processes);
    return {
      token: await signer.token(caller, audience),
      log: () => [...processes.values()].map((each) => each.output()).join(''),
      async close() {
        front.closeAllConnections();
        front.close();
        await Promise.all([...processes.values()].map((each) => each.end()));
        await Promise.all([signer.close(), manager.close()]);
      },
    };
  };
}

/** Each function answers under its name, and sees the path behind it. */
async function serveTogether(port: number, processes: Map<string, FunctionProcess>) {
  const server = createServer((incoming, outgoing) => {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(String(incoming.url)) ?? [];
    const target = processes.get(name);
    if (!target) return void outgoing.writeHead(404).end();
    const { method, headers } = incoming;
    const passed = forward(
      `${target.url}${rest.startsWith('/') ? rest : `/${rest}`}`,
      { method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
