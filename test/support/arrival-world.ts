/** A store and a Webex in which processes receive new token pairs and are killed; and the check of what a kill has left. */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { authorize } from '../../local/webex/authorize.ts';
import { sampleClient } from '../../local/webex/sample.ts';
import { startWebex } from '../../local/webex/server.ts';
import { keyringName } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import { finishAuthorization, openAuthorization, startAuthorization } from '../../shared/connect/authorization-code.ts';
import { createConnectLink } from '../../shared/connect/link.ts';
import { exchangePastedTokens } from '../../shared/connect/pasted-tokens.ts';
import { settlePendingDue } from '../../shared/connect/pending-grant.ts';
import { createCustomer, newCustomer } from '../../shared/customers/records.ts';
import type { Customer } from '../../shared/domain/customer.ts';
import { asFailure } from '../../shared/domain/failure.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { hour } from '../../shared/domain/time.ts';
import { customerPath, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { refreshDue } from '../../shared/tokens/refresh-due.ts';
import type { Arrival } from './arrival-process.ts';
import { frozenClock } from './clock.ts';
import {
  administrator,
  giveGrant,
  memorySecrets,
  readConnection,
  sealingKeys,
  type TestPorts,
  testPorts,
} from './ports.ts';

export interface Situation {
  way: 'paste' | 'code';
  /** Whether the customer has a working grant before. */
  connected: boolean;
}

export interface ArrivalOutcome {
  /** False when the process ended before it was killed. */
  killed: boolean;
  /** A grant that worked before no longer works. */
  lost: boolean;
  /** The pasted pair of a customer without a grant no longer works, and is not stored. */
  lostInTransit: boolean;
}

/** A survivor takes over after this long: every lease has ended. */
const takeOverHours = 3;
/** Random kills are spread over about as long as an arrival takes. */
const randomKillWithinMs = 120;

interface World {
  ports: TestPorts;
  webex: Awaited<ReturnType<typeof startWebex>>;
  keyring: object;
  file: string;
  script: string;
}

export async function createArrivalWorld(options: { folder: string; script: string; rotation: 'keep' | 'rotate' }) {
  const clock = frozenClock();
  const keyring = sealingKeys();
  const file = join(options.folder, `${options.rotation}.db`);
  const redirectUris = ['http://localhost:8080/webex_teams_oauth/callback'];
  const clients = [{ ...sampleClient, redirectUris }];
  const webex = await startWebex({ organizations: [], clients, rotation: options.rotation, now: clock.now });
  const integration = { client_id: 'local-client', client_secrets: ['local-secret'] };
  const secrets = memorySecrets({ [keyringName]: keyring, [integrationName]: integration });
  const store = sqliteStore({ file, now: () => 0 });
  const ports = testPorts(webex, { clock, store, secrets });
  const world: World = { ports, webex, keyring, file, script: options.script };
  return {
    arrive: (situation: Situation, killAt: Arrival['killAt'] | 'at random') => arrive(world, situation, killAt),
    async close() {
      await ports.store.close();
      await webex.close();
    },
  };
}

/** One customer, one arrival, one kill; then a survivor works for some hours, and the arrival is repeated. */
async function arrive(
  world: World,
  situation: Situation,
  killAt: Arrival['killAt'] | 'at random',
): Promise<ArrivalOutcome> {
  const customer = await createMember(world, situation.connected);
  const act = await (situation.way === 'paste' ? pasteOf : consentOf)(world, customer);
  const killed = await runUntilKilled(world, act, killAt);
  await takeOver(world);
  const works = await hasWorkingGrant(world, customer.id);
  const token = act.kind === 'paste' ? act.refreshToken : undefined;
  const lostInTransit = token !== undefined && !situation.connected && !works && !world.webex.control.isAlive(token);
  if (!works) await repeat(world, customer, situation);
  return { killed, lost: situation.connected && !works, lostInTransit };
}

async function createMember({ ports, webex }: World, connected: boolean): Promise<Customer> {
  const orgId = randomUUID();
  webex.control.addOrganization({ id: orgId, name: orgId, people: 1, administrators: [visitorOf(orgId)] });
  const record = { hierarchy: 'sys.provider', name: orgId, accountNumber: orgId, shadow: [] };
  const { customer } = await createCustomer(ports, administrator, newCustomer(record, ports.clock.now()));
  if (connected) await giveGrant(ports, customer.id, webex.control.grant({ orgId }));
  return (await ports.store.get<Customer>(customerPath(customer.id)))!.data;
}

async function pasteOf({ webex }: World, customer: Customer): Promise<Arrival['act'] & { kind: 'paste' }> {
  const pair = webex.control.grant({ orgId: customer.accountNumber });
  return { kind: 'paste', customer, accessToken: pair.access_token, refreshToken: pair.refresh_token! };
}

const visitorOf = (orgId: string) => ({ email: `admin@${orgId}.example`, password: 'secret' });

/** An administrator has consented; the process finishes it. */
async function consentOf({ ports }: World, customer: Customer): Promise<Arrival['act'] & { kind: 'code' }> {
  const { url } = await createConnectLink(ports, customer.id, administrator.id);
  const started = await startAuthorization(ports, url.split('/').at(-1)!);
  const callback = new URL(await authorize(started.url, visitorOf(customer.accountNumber)));
  const pending = (await openAuthorization(ports, started.sealed))!;
  return { kind: 'code', pending, code: callback.searchParams.get('code')! };
}

/** @returns whether the process was killed */
async function runUntilKilled(
  { ports, webex, keyring, file, script }: World,
  act: Arrival['act'],
  killAt: Arrival['killAt'] | 'at random',
): Promise<boolean> {
  const now = ports.clock.now();
  const arrival: Arrival = { sqliteFile: file, webexUrl: webex.url, keyring, now, act };
  if (killAt && killAt !== 'at random') arrival.killAt = killAt;
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(script), 'compiled') };
  const child = spawn(process.execPath, [script, JSON.stringify(arrival)], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  // A process that has just been killed reads nothing more.
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([once(child.stdout, 'data'), ended]);
  child.stdin.write('start\n');
  if (killAt === 'at random') {
    await pause(Math.random() * randomKillWithinMs);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  if (signal === null && code !== 0) throw new Error(`The process failed with status ${code}.`);
  return signal === 'SIGKILL';
}

/** The hourly run of a process that lives. */
async function takeOver({ ports }: World): Promise<void> {
  for (let count = 0; count < takeOverHours; count++) {
    ports.clock.advance(hour);
    const limits = { concurrency: 4, endsAt: ports.clock.now() + hour };
    await refreshDue(ports, limits);
    await settlePendingDue(ports, limits);
  }
}

/** Whether the verified grant is alive at Webex and of the customer's own organization. */
async function hasWorkingGrant({ ports, webex }: World, customerId: string): Promise<boolean> {
  const { state, grant } = await readConnection(ports.store, customerId);
  if (state !== 'active' || !grant) return false;
  const token = await ports.sealer.open(grant.sealedRefreshToken, refreshTokenPlace(customerId));
  return webex.control.isAlive(token.reveal());
}

/** @throws Error when a new arrival does not connect the customer */
async function repeat(world: World, customer: Customer, { way }: Situation): Promise<void> {
  const { ports } = world;
  if (way === 'paste') {
    const { accessToken, refreshToken } = await pasteOf(world, customer);
    const tokens = { accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken) };
    await exchangePastedTokens(ports, administrator, customer, tokens);
  } else {
    const { pending, code } = await consentOf(world, customer);
    await finishAuthorization(ports, pending, { code }, { logAndClassify: asFailure, admitExchange: () => {} });
  }
  if (!(await hasWorkingGrant(world, customer.id))) throw new Error(`${customer.id} could not be connected again.`);
}
