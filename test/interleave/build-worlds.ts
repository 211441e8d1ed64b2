/** Builds each world once, by the flows themselves. */

import { draws } from '../../local/webex/people/chance.ts';
import type { Ports } from '../../shared/ports.ts';
import { runSync } from '../../shared/sync/run.ts';
import { memoryStore } from '../support/memory-store.ts';
import { drawIdsFrom } from '../support/seeded-ids.ts';
import { consent, organizationA, organizationB } from './consent.ts';
import type { Gate } from './schedule.ts';
import { issuePair, type WebexState } from './webex.ts';
import { callApi, portsOf, type Shared, startsAt, type World } from './world.ts';

const peopleOf = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `00000000-0000-4000-9000-${String(first + index).padStart(12, '0')}`);

export async function buildWorlds(rotation: WebexState['rotation']): Promise<World[]> {
  return [
    await build('absent', rotation, async () => {}),
    await build('connected', rotation, connect),
    await build('held', rotation, async (ports, shared, names) => {
      await connect(ports, shared, names);
      await sync(ports, shared, names.customer!);
      shared.webex.people[organizationA]!.splice(4);
      const { body } = await callApi(ports, 'POST', `/${names.customer}:sync`);
      names.heldRun = body.id;
      await sync(ports, shared, names.customer!);
    }),
  ];
}

async function build(
  name: string,
  rotation: WebexState['rotation'],
  prepare: (ports: Ports, shared: Shared, names: World['names']) => Promise<void>,
): Promise<World> {
  drawIdsFrom(draws(1));
  const webex: WebexState = {
    rotation,
    accessTokens: {},
    refreshTokens: {},
    codes: { setup: organizationA, a1: organizationA, a2: organizationA, b1: organizationB },
    people: { [organizationA]: peopleOf(1, 40), [organizationB]: peopleOf(101, 3) },
    issued: 0,
    revoked: [],
  };
  const store = memoryStore();
  const world: World = { name, documents: new Map(), webex, names: {} };
  const shared: Shared = { world, store, webex, messages: [] };
  const ports = portsOf(shared, openGate());
  const { names } = world;
  const create = async (fields: object) => (await callApi(ports, 'POST', '/', { body: fields })).body.id as string;
  names.customer = await create({ hierarchy: 'sys.one.a', name: 'First', account_number: organizationA });
  names.twin = await create({ hierarchy: 'sys.two.a', name: 'Twin', account_number: organizationA });
  await prepare(ports, shared, names);
  for (const [link, customer] of [
    ['link', names.customer],
    ['twinLink', names.twin],
    ['setupLink', names.customer],
  ]) {
    const { body } = await callApi(ports, 'POST', `/${customer}:connect`);
    names[link!] = String(body.url).split('/').at(-1)!;
  }
  for (const organization of ['A', 'B']) {
    const pair = issuePair(webex, organization === 'A' ? organizationA : organizationB);
    names[`pastedAccess${organization}`] = pair.accessToken;
    names[`pastedRefresh${organization}`] = pair.refreshToken;
  }
  return { ...world, documents: store.snapshot() };
}

async function connect(ports: Ports, _shared: Shared, names: World['names']): Promise<void> {
  const { body } = await callApi(ports, 'POST', `/${names.customer}:connect`);
  await consent(ports, { link: String(body.url).split('/').at(-1)!, code: 'setup', state: 's'.repeat(43) });
}

/** Works on every sync message that waits. */
async function sync(ports: Ports, { messages }: Shared, customer: string): Promise<void> {
  for (const { data } of messages.splice(0)) if (data.sync) await runSync(ports, customer, String(data.sync));
}

/** Every call at once. */
function openGate(): Gate {
  let now = startsAt - 60_000;
  return {
    call: (_label, make) => {
      now += 1;
      return make();
    },
    clock: {
      now: () => now,
      random: () => 0.5,
      sleep: async (ms, signal) => {
        // A renewal that is never due must not spin.
        if (signal) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        else now += Math.ceil(ms);
      },
    },
  };
}
