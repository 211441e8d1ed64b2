/**
 * Kills the refresh (SIGKILL) at every step and at random instants, and counts whose connection was lost by it: once
 * against a Webex that keeps refresh tokens and once against one that rotates them.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { startWebex } from '../../local/webex/server.ts';
import { joseSealer, keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { withGrant } from '../../shared/domain/refresh-policy.ts';
import { hour } from '../../shared/domain/time.ts';
import type { Stored } from '../../shared/ports.ts';
import { connections, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { connect, members, organize, sealedGrant } from '../support/fleet.ts';
import { memorySecrets } from '../support/ports.ts';
import { type Order, type Place, type Step, steps } from '../support/refresh-orders.ts';
import { type Refresher, startRefresher } from '../support/refresher.ts';

const fleet = members(100);
/** Between two kills: leases have ended, and some more connections are due. */
const advanceMs = 24 * hour;
/** Losses with rotation are bounded by the time that a pair exists in memory only; this is what we promise of it. */
const windowLimitMs = 20;
const stepConcurrency = 1;
const concurrency = 4;

interface Outcome {
  kills: number;
  /** Kills that found a refresh under way. */
  midway: number;
  lost: number;
  medianWindowMs: number;
  p99WindowMs: number;
}

async function crash(rotation: 'keep' | 'rotate', randomKills: number, script: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-refresh-'));
  const webex = await startWebex({ organizations: [], rotation });
  const keyring = { keys: [newSealingKey('test-1')] };
  const place: Place = { sqliteFile: join(folder, 'store.db'), webexUrl: webex.url, keyring };
  const store = sqliteStore({ file: place.sqliteFile! });
  const sealer = joseSealer(memorySecrets({ [keyringName]: keyring }), { now: Date.now });
  const env = { NODE_COMPILE_CACHE: join(dirname(script), 'compiled') };
  const start = () => startRefresher(place, { script, env });
  let offsetMs = 0;
  let [kills, midway, lost] = [0, 0, 0];
  const published: string[] = [];
  organize(webex.control, fleet);
  await connect({ store, sealer }, webex.control, fleet, Date.now());

  const all = () => store.query<Connection>({ collection: connections, limit: fleet.length });
  const isAlive = async ({ customerId, grant }: Connection) =>
    webex.control.isAlive((await sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(customerId))).reveal());

  /** A loss may only be where the killed process held the lease; the customer is then connected anew. */
  async function countLosses(): Promise<void> {
    const held = (await all()).filter(({ data }) => data.lease && data.lease.endsAt > Date.now() + offsetMs);
    if (held.length > 0) midway += 1;
    for (const read of held) {
      if (await isAlive(read.data)) continue;
      lost += 1;
      await reconnect(read);
    }
  }

  async function reconnect(read: Stored<Connection>): Promise<void> {
    const { customerId } = read.data;
    const now = Date.now() + offsetMs;
    const { orgId } = fleet.find((member) => member.customerId === customerId)!;
    const serial = read.data.grant!.serial + 1;
    const grant = await sealedGrant(sealer, customerId, webex.control.grant({ orgId }), { serial, now });
    // Due at once, so that the fleet stays as busy as it was.
    const data = { ...withGrant(read.data, grant, now), nextRefreshAt: now };
    await store.commit([{ set: read.path, data, if: { version: read.version } }]);
  }

  /** The next process loads while the present one works. */
  let next = start();
  async function killed(order: Omit<Order, 'offsetMs'>, dies: (refresher: Refresher) => Promise<void>): Promise<void> {
    const refresher = next;
    await refresher.ready;
    next = start();
    offsetMs += advanceMs;
    webex.control.clock({ advanceMs });
    const run = refresher.run({ ...order, offsetMs });
    await Promise.race([dies(refresher), run]);
    await refresher.kill();
    if ((await run) && order.killAt) throw new Error(`The run never came to where it is killed: ${order.killAt}.`);
    published.push(...refresher.published);
    kills += 1;
    await countLosses();
  }

  async function killAt(step: Step): Promise<void> {
    // An event is told of a connection that recovers.
    if (step.includes('event')) await degradeAll();
    webex.control.settings({ latencyMs: step === 'while Webex acts' ? 100 : 0 });
    await killed({ concurrency: stepConcurrency, killAt: step }, (refresher) => refresher.ended);
    webex.control.settings({ latencyMs: 0 });
  }

  /** How long a process takes from its order to its answer, when some customers are due: random instants are spread over it. */
  async function calibrate(): Promise<number> {
    const refresher = next;
    await refresher.ready;
    next = start();
    await next.ready;
    offsetMs += advanceMs;
    webex.control.clock({ advanceMs });
    const startedAt = performance.now();
    await refresher.run({ offsetMs, concurrency });
    const tookMs = performance.now() - startedAt;
    // Ended by itself, it leaves what it compiled for those to come.
    await refresher.end();
    published.push(...refresher.published);
    return tookMs;
  }

  async function degradeAll(): Promise<void> {
    const writes = (await all()).map(({ path, data, version }) => {
      return { set: path, data: { ...data, state: 'degraded', failures: 1, nextRefreshAt: 0 }, if: { version } };
    });
    await store.commit(writes);
  }

  for (const step of steps) await killAt(step);
  // Now everybody is due; the second run has a day's share, as those that are killed will have.
  await calibrate();
  const fullRunMs = await calibrate();
  for (let count = 0; count < randomKills; count++) {
    await killed({ concurrency }, () => sleep(Math.random() * fullRunMs));
  }

  // The last one lives: it brings everybody to health, and what the killed ones left in the outbox to the portal.
  const survivor = next;
  await survivor.ready;
  const windowsMs: number[] = [];
  for (let week = 0; week < 4; week++) {
    offsetMs += 7 * 24 * hour;
    webex.control.clock({ advanceMs: 7 * 24 * hour });
    const answer = await survivor.run({ offsetMs, concurrency });
    windowsMs.push(...(answer?.windowsMs ?? []));
  }
  await survivor.end();
  published.push(...survivor.published);

  for (const { data } of await all()) {
    if (data.state !== 'active' || !(await isAlive(data)))
      throw new Error(`${data.customerId} did not come back: ${data.state}.`);
  }
  await assertPublished();
  await store.close();
  await webex.close();
  await rm(folder, { recursive: true });
  windowsMs.sort((a, b) => a - b);
  const at = (share: number) => windowsMs[Math.floor(windowsMs.length * share)] ?? Number.NaN;
  return { kills, midway, lost, medianWindowMs: at(0.5), p99WindowMs: at(0.99) };

  /** Every event that was committed has been published, however often; the outbox is empty. */
  async function assertPublished(): Promise<void> {
    for (const { customerId } of fleet) {
      const events = await store.query<{ id: string; type: string }>({
        collection: `customers/${customerId}/events`,
        limit: 500,
      });
      for (const { data } of events) {
        if (data.type === 'recovered' && !published.includes(data.id))
          throw new Error(`${data.id} was never published.`);
      }
    }
    if ((await store.query({ collection: 'outbox', limit: 1 })).length > 0) throw new Error('The outbox is not empty.');
  }
}

/** One file starts several times as fast as the sources. */
async function bundle(folder: string): Promise<string> {
  const script = join(folder, 'refresh-process.mjs');
  const source = join(import.meta.dirname, '../support/refresh-process.ts');
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [source],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
    external: ['@google-cloud/*', 'google-gax'],
    logLevel: 'error',
  });
  return script;
}

/** @param args how many random instants in all, half of them against each kind of Webex; 1,000 without it */
export async function main(args: string[] = []): Promise<void> {
  const randomKills = Math.ceil(Number(args[0] ?? 1000) / 2);
  const folder = await mkdtemp(join(tmpdir(), 'crash-refresh-script-'));
  const script = await bundle(folder);
  const kept = await crash('keep', randomKills, script);
  const rotated = await crash('rotate', randomKills, script);
  await rm(folder, { recursive: true });
  const windows = [kept, rotated].map(
    ({ medianWindowMs, p99WindowMs }) => `${medianWindowMs.toFixed(1)} / ${p99WindowMs.toFixed(1)}`,
  );
  console.log(`refresh, steps where it was killed: ${steps.join('; ')}`);
  console.log(`refresh, a new pair is in memory only for (median / 99th percentile, ms): ${windows.join(', ')}`);
  console.log(`refresh, kills that found a refresh under way: ${kept.midway} and ${rotated.midway}`);
  console.log(`refresh, kept tokens: ${kept.kills} kills, ${kept.lost} lost`);
  console.log(`refresh, rotated tokens, all within that window: ${rotated.kills} kills, ${rotated.lost} lost`);
  if (kept.lost > 0) throw new Error('A connection was lost although Webex kept its refresh token.');
  for (const { medianWindowMs } of [kept, rotated]) {
    if (!(medianWindowMs < windowLimitMs)) throw new Error(`The window is longer than ${windowLimitMs} ms.`);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
