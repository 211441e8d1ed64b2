/**
 * Kills the refresh (SIGKILL) at every step and at random instants, and counts the lost connections: once against a Webex
 * that keeps refresh tokens and once against one that rotates them.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { day } from '../../shared/domain/time.ts';
import { type Order, type Step, steps } from '../support/refresh-orders.ts';
import { type RefreshWorld, startRefreshWorld } from '../support/refresh-world.ts';
import { type Refresher, startRefresher } from '../support/refresher.ts';

/** Between two kills: leases have ended, and some more connections are due. */
const advanceMs = day;
/** The promised limit of the time for which a pair exists in memory only, which bounds the losses with rotation. */
const windowLimitMs = 20;
/** A run of a day each: well below the 90 days that a refresh token lives. */
const killsPerFullRun = 25;
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

/** Kills one process after another. The next one loads while the present one works. */
class Killer {
  kills = 0;
  midway = 0;
  lost = 0;
  /** Ids of the events that the processes have published. */
  readonly published: string[] = [];
  readonly #world: RefreshWorld;
  readonly #start: () => Refresher;
  #next: Refresher;

  constructor(world: RefreshWorld, script: string) {
    const env = { NODE_COMPILE_CACHE: join(dirname(script), 'compiled') };
    this.#world = world;
    this.#start = () => startRefresher(world.place, { script, env });
    this.#next = this.#start();
  }

  async killAtStep(step: Step): Promise<void> {
    // A connection that recovers writes an event.
    if (step.includes('event')) await this.#world.degradeAll();
    this.#world.slowWebex(step === 'while Webex acts' ? 100 : 0);
    await this.#kill({ concurrency: stepConcurrency, killAt: step }, (refresher) => refresher.ended);
    this.#world.slowWebex(0);
  }

  async killWithin(ms: number): Promise<void> {
    await this.#kill({ concurrency }, () => sleep(Math.random() * ms));
  }

  async #kill(order: Omit<Order, 'offsetMs'>, dies: (refresher: Refresher) => Promise<void>): Promise<void> {
    const refresher = await this.#takeNext();
    this.#world.advance(advanceMs);
    const run = refresher.run({ ...order, offsetMs: this.#world.offsetMs });
    await Promise.race([dies(refresher), run]);
    await refresher.kill();
    if ((await run) && order.killAt) throw new Error(`The run never came to where it is killed: ${order.killAt}.`);
    this.published.push(...refresher.published);
    this.kills += 1;
    const { isMidway, lost } = await this.#world.countLosses();
    if (isMidway) this.midway += 1;
    this.lost += lost;
  }

  /** How long a process takes from its order to its answer, when some customers are due: random instants are spread over it. */
  async calibrate(): Promise<number> {
    const refresher = await this.#takeNext();
    await this.#next.ready;
    this.#world.advance(advanceMs);
    const startedAt = performance.now();
    await refresher.run({ offsetMs: this.#world.offsetMs, concurrency });
    const tookMs = performance.now() - startedAt;
    // It ends by itself, so its compile cache stays for the processes to come.
    await this.#end(refresher);
    return tookMs;
  }

  /**
   * The last process lives: it refreshes every customer, and publishes what the killed ones left in the outbox.
   * Returns how long each new pair was in memory only, shortest first.
   */
  async survive(): Promise<number[]> {
    const survivor = this.#next;
    await survivor.ready;
    const windowsMs: number[] = [];
    for (let week = 0; week < 4; week++) {
      this.#world.advance(7 * day);
      const answer = await survivor.run({ offsetMs: this.#world.offsetMs, concurrency });
      windowsMs.push(...(answer?.windowsMs ?? []));
    }
    await this.#end(survivor);
    return windowsMs.sort((a, b) => a - b);
  }

  async #takeNext(): Promise<Refresher> {
    const refresher = this.#next;
    await refresher.ready;
    this.#next = this.#start();
    return refresher;
  }

  async #end(refresher: Refresher): Promise<void> {
    await refresher.end();
    this.published.push(...refresher.published);
  }
}

async function crash(rotation: 'keep' | 'rotate', randomKills: number, script: string): Promise<Outcome> {
  const world = await startRefreshWorld(rotation);
  const killer = new Killer(world, script);
  for (const step of steps) await killer.killAtStep(step);
  // Now all customers are due; the second run has a day's share of them, like the runs that are killed.
  await killer.calibrate();
  let fullRunMs = 0;
  for (let count = 0; count < randomKills; count++) {
    // Under changing load the measure is taken again. The run that is measured also refreshes the customers whom no killed
    // run has reached: a fleet without one whole run in 90 days would lose its tokens to their age, not to a kill.
    if (count % killsPerFullRun === 0) fullRunMs = await killer.calibrate();
    await killer.killWithin(fullRunMs);
  }
  const windowsMs = await killer.survive();
  await world.assertRecovered(killer.published);
  await world.close();
  const at = (share: number) => windowsMs[Math.floor(windowsMs.length * share)] ?? Number.NaN;
  const { kills, midway, lost } = killer;
  return { kills, midway, lost, medianWindowMs: at(0.5), p99WindowMs: at(0.99) };
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
