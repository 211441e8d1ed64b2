/** Opens the circuit breaker when Webex refuses nearly all customers, and closes it when a sample succeeds again. */

import { randomUUID } from 'node:crypto';
import {
  afterClosing,
  afterOpening,
  afterRefusedSample,
  isReleased,
  judgeSample,
  type Sample,
  withLoudAlert,
  withProbe,
} from '../domain/breaker.ts';
import type { FailureCode } from '../domain/failure.ts';
import { sumOf } from '../domain/run-tally.ts';
import type { Ports } from '../ports.ts';
import { changeBreaker } from './breaker.ts';
import { askSample, mostFrequent } from './fleet-sample.ts';

/** What a run knows when it suspects an incident. */
export interface Suspicion {
  /** The run's own answers. */
  own: Sample;
  /** The refusals among them. */
  refusals: FailureCode[];
  /** All customers that were asked in this run. Members of samples are added. */
  asked: Set<string>;
}

/**
 * Takes a sample and, before the breaker opens, a second one from the other end of the order: a few hundred refused
 * customers who are due together would make one end look like an incident.
 * @returns whether the breaker is open now
 */
export async function openIfRefused(ports: Ports, { own, refusals, asked }: Suspicion): Promise<boolean> {
  let total = own;
  const causes = [...refusals];
  for (const from of ['soonest', 'latest'] as const) {
    const { sample, members, cause } = await askSample(ports, { from, without: asked });
    for (const member of members) asked.add(member);
    if (cause) causes.push(cause);
    total = sumOf(total, sample);
    const verdict = judgeSample(sample);
    // When too few customers are left to ask, all answers together decide.
    if (verdict === 'too_few') break;
    if (verdict !== 'refused') return false;
  }
  if (judgeSample(total) !== 'refused') return false;
  return openBreaker(ports, total, mostFrequent(causes) ?? 'webex_unexpected');
}

async function openBreaker(ports: Ports, sample: Sample, cause: FailureCode): Promise<boolean> {
  const { clock, log } = ports;
  let opened = false;
  const { state } = await changeBreaker(ports, (breaker) => {
    opened = breaker.state === 'closed' && !isReleased(breaker, clock.now());
    return opened ? afterOpening(breaker, sample, cause, clock.now()) : undefined;
  });
  if (opened) log.error('fleet_refused', { cause, asked: sample.asked, refused: sample.refused });
  return state === 'open';
}

/**
 * While the breaker is open one worker takes one sample per run; the breaker closes when at least half of it succeeds.
 * @returns whether the run may go on
 */
export async function probeFleet(ports: Ports): Promise<boolean> {
  const { clock, log } = ports;
  await alertIfOpenLong(ports);
  const owner = randomUUID();
  const held = await changeBreaker(ports, (breaker) => withProbe(breaker, owner, clock.now()));
  if (held.state === 'closed') return true;
  if (held.probe?.owner !== owner) return false;
  const { sample } = await askSample(ports, { from: 'soonest', without: new Set(), allowFailing: true, leave: true });
  const works = sample.asked > 0 && sample.succeeded * 2 >= sample.asked;
  await changeBreaker(ports, (breaker) => {
    if (breaker.probe?.owner !== owner) return undefined;
    return works ? afterClosing(breaker, sample, clock.now()) : afterRefusedSample(breaker, sample);
  });
  const { cause, openedAt } = held;
  if (works) log.info('fleet_recovered', { ...sample, cause, openedAt });
  return works;
}

/** Alerts before the sample is taken, so that repeated kills of the worker cannot suppress the alert. */
async function alertIfOpenLong(ports: Ports): Promise<void> {
  let due = false;
  const { cause, openedAt, sample } = await changeBreaker(ports, (breaker) => {
    const alerted = withLoudAlert(breaker, ports.clock.now());
    due = alerted !== undefined;
    return alerted;
  });
  if (due) ports.log.error('fleet_refused_long', { cause, openedAt, ...sample });
}
