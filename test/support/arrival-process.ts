/**
 * A process in which a new token pair arrives, pasted or by a consent, and which kills itself at a call of a port. Its argument is
 * an `Arrival`. It prints `ready` when everything is loaded, starts with the first line on its standard input, and prints the
 * number of calls when it survives.
 */

import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { keyringName } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import { finishAuthorization } from '../../shared/connect/authorization-code.ts';
import { exchangePastedTokens } from '../../shared/connect/pasted-tokens.ts';
import type { PendingAuthorization } from '../../shared/domain/authorization.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import { asFailure } from '../../shared/domain/failure.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Ports } from '../../shared/ports.ts';
import { frozenClock } from './clock.ts';
import { administrator, memorySecrets, testPorts } from './ports.ts';

export interface Arrival {
  sqliteFile: string;
  webexUrl: string;
  keyring: object;
  /** The test's clock, epoch ms. */
  now: number;
  /** The number of the call, from 1, and whether the process dies after the call has acted or before. */
  killAt?: { call: number; after: boolean };
  act:
    | { kind: 'paste'; customer: Customer; accessToken: string; refreshToken: string }
    | { kind: 'code'; pending: PendingAuthorization; code: string };
}

const arrival = JSON.parse(process.argv[2]!) as Arrival;
let calls = 0;

/** The port; the process kills itself at the given call. */
function deadly<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        calls += 1;
        const isLast = calls === arrival.killAt?.call;
        if (isLast && !arrival.killAt?.after) process.kill(process.pid, 'SIGKILL');
        const result: unknown = await method.apply(target, args);
        if (isLast) process.kill(process.pid, 'SIGKILL');
        return result;
      };
    },
  });
}

function openPorts(): Ports {
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = memorySecrets({ [keyringName]: arrival.keyring, [integrationName]: integration });
  const store = sqliteStore({ file: arrival.sqliteFile, now: () => 0 });
  return testPorts({ url: arrival.webexUrl }, { store, secrets, clock: frozenClock(arrival.now) });
}

async function main(): Promise<void> {
  const opened = openPorts();
  // Loaded now, so that random instants fall into the work.
  await opened.sealer.open(await opened.sealer.seal(new Secret('warm'), 'here'), 'here');
  await opened.webex.me({ accessToken: new Secret('warm') }).catch(() => {});
  writeSync(1, 'ready\n');
  await once(process.stdin, 'data');
  const { store, webex, queue } = opened;
  const ports = { ...opened, store: deadly(store), webex: deadly(webex), queue: deadly(queue) };
  await act(ports);
  await store.close();
  writeSync(1, `${calls}\n`);
  process.exit(0);
}

async function act(ports: Ports): Promise<void> {
  const { act } = arrival;
  if (act.kind === 'paste') {
    const tokens = { accessToken: new Secret(act.accessToken), refreshToken: new Secret(act.refreshToken) };
    await exchangePastedTokens(ports, administrator, act.customer, tokens);
    return;
  }
  const hooks = { logAndClassify: asFailure, admitExchange: () => {} };
  await finishAuthorization(ports, act.pending, { code: act.code }, hooks);
}

if (import.meta.main) await main();
