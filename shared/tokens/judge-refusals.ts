/**
 * Judges the refusals that a run has noted. Each refused customer becomes degraded and backs off; its connection ends once
 * Webex has confirmed the refusal. As long as no other customer has been answered, nobody is judged.
 */

import { isConfirmed, isFresh, judgeSample, type Sample, sampleSize } from '../domain/breaker.ts';
import type { Connection } from '../domain/connection.ts';
import { codeOf, type Failure } from '../domain/failure.ts';
import { afterConfirmedRefusal, afterFailure } from '../domain/refresh-policy.ts';
import { sumOf } from '../domain/run-tally.ts';
import { day } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { connectionPath, connections } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import { changeBreaker, readBreaker } from './breaker.ts';
import { openIfRefused } from './fleet-probe.ts';
import { askSample, mostFrequent } from './fleet-sample.ts';

/** A refusal that the run has only noted. */
export interface NotedRefusal {
  customerId: string;
  serial: number;
  failure: Failure;
  /** The grant was refused before, at least ten minutes ago. */
  again: boolean;
  /** It is among the run's own answers, because the customer had no failure before. */
  counted: boolean;
}

/** What a run knows at its end. */
export interface RunResult {
  /** The run's own answers. */
  own: Sample;
  /** All customers that were asked in this run. Members of samples are added. */
  asked: Set<string>;
  noted: NotedRefusal[];
}

/**
 * @returns whether the breaker is open now; then nothing was judged
 * @throws Failure what the store throws
 */
export async function judgeRefusals(ports: Ports, result: RunResult): Promise<boolean> {
  const { noted, asked } = result;
  const sample = noted.length > 0 ? await findSample(ports, result) : undefined;
  if (!sample) return false;
  const verdict = judgeSample(sample);
  const refusals = noted.map(({ failure }) => failure.code);
  if (verdict === 'refused') return openIfRefused(ports, { own: sample, refusals, asked });
  const othersWork = sample.asked === 0 || sample.succeeded > 0;
  if (verdict === 'too_few' && !othersWork) await alertSmallFleet(ports, sample, noted);
  if (verdict === 'unclear') return false;
  for (const each of noted) await judgeOne(ports, each, sample, othersWork);
  return false;
}

/**
 * What others answered within the last hour: in this run, in an earlier sample, or in a new one. A new sample is taken only
 * when a refusal was repeated, because only a repeated one can be confirmed.
 */
async function findSample(ports: Ports, { own, asked, noted }: RunResult): Promise<Sample | undefined> {
  const { clock, store } = ports;
  if (judgeSample(own) !== 'too_few') return own;
  const { sample: stored } = (await readBreaker(ports)).breaker;
  if (stored && isFresh(stored, clock.now()) && judgeSample(stored) === 'works') return stored;
  if (!noted.some(({ again }) => again)) {
    if (own.succeeded > 0 && own.succeeded * 2 >= own.asked) return own;
    const orderBy = { field: 'nextRefreshAt', direction: 'ascending' } as const;
    const isAlone = (await store.query({ collection: connections, orderBy, limit: 2 })).length < 2;
    return isAlone ? { at: clock.now(), asked: 0, succeeded: 0, refused: 0 } : undefined;
  }
  const without = new Set([...asked, ...noted.map(({ customerId }) => customerId)]);
  const size = sampleSize - own.asked;
  const more = await askSample(ports, { from: 'soonest', without, size, allowFailing: true });
  for (const member of more.members) asked.add(member);
  const answers = sumOf(own, more.sample);
  // Where too few others are left, refused customers count as others too, except the one being judged.
  const refusedToo = noted.filter(({ counted }) => !counted).length - 1;
  const filled = Math.max(0, Math.min(refusedToo, sampleSize - answers.asked));
  const sample = { ...answers, asked: answers.asked + filled, refused: answers.refused + filled };
  if (judgeSample(sample) === 'works') await changeBreaker(ports, (breaker) => ({ ...breaker, sample }));
  return sample;
}

/** Alerts operators once a day when all others of a small fleet are refused too, probably because of our own credentials. */
async function alertSmallFleet(ports: Ports, sample: Sample, noted: NotedRefusal[]): Promise<void> {
  const now = ports.clock.now();
  let alert = false;
  await changeBreaker(ports, (breaker) => {
    alert = now - (breaker.alertedAt ?? 0) >= day;
    return alert ? { ...breaker, alertedAt: now } : undefined;
  });
  const cause = mostFrequent(noted.map(({ failure }) => failure.code));
  if (alert) ports.log.error('fleet_refused', { cause, asked: sample.asked, refused: sample.refused });
}

/**
 * Commits the judgement on one customer. If it ends the connection, the commit requires that the breaker is still closed.
 */
async function judgeOne(ports: Ports, noted: NotedRefusal, sample: Sample, othersWork: boolean): Promise<void> {
  const { clock, store, log } = ports;
  const { customerId, failure } = noted;
  try {
    const ended = await transact(ports, async () => {
      const [read, { breaker, write }] = await Promise.all([
        store.get<Connection>(connectionPath(customerId)),
        readBreaker(ports),
      ]);
      if (!read || breaker.state === 'open' || !isStillNoted(read.data, noted)) return { writes: [], result: false };
      const now = clock.now();
      const { grantSince = now } = read.data.refusals ?? {};
      const counts = failure.code === 'grant_refused' && grantSince >= (breaker.closedAt ?? 0);
      const ends = counts && isConfirmed(breaker, sample, { since: grantSince, now });
      if (!ends && !othersWork) return { writes: [], result: false };
      const { connection, events } = ends
        ? afterConfirmedRefusal(read.data, failure, now)
        : afterFailure(read.data, failure, { now, random: clock.random() });
      const change: Write = { set: read.path, data: connection, if: { version: read.version } };
      return {
        writes: ends ? [change, write(breaker)] : [change],
        events: newEvents(events, { customerId, now }),
        result: ends,
      };
    });
    if (ended) log.warn('connection_ended', { customer: customerId, code: failure.code });
  } catch (error) {
    log.error('refresh_error', { customer: customerId, code: codeOf(error) });
  }
}

/** Whether nothing has happened to the connection since the run noted the refusal. */
function isStillNoted({ grant, lease, refusals, state }: Connection, { serial }: NotedRefusal): boolean {
  return grant?.serial === serial && refusals !== undefined && !lease && state !== 'reauthorization_required';
}
