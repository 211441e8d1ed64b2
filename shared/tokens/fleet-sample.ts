/** Asks Webex about some customers who worked until now, to learn whether a refusal is a customer's own or the fleet's. */

import { type Sample, sampleSize } from '../domain/breaker.ts';
import type { Connection } from '../domain/connection.ts';
import type { FailureCode } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { leasedUntil } from '../domain/lease.ts';
import { isRefusal } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { connections } from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';
import { type RefreshResult, refreshConnection } from './refresh.ts';

/** Members are drawn at random from this many candidates, so that their place in the order does not matter. */
const candidates = 300;
/** How many documents to read at most to find them. */
const maxRead = 3_000;

/** Which customers to ask. */
export interface SampleRequest {
  /** `soonest`: due ones first, then those due next. `latest`: the other end. */
  from: 'soonest' | 'latest';
  without: ReadonlySet<string>;
  /** How many to ask; `sampleSize` unless given. */
  size?: number;
  /** Whether to fill up with customers who were failing already, where there are too few others. */
  allowFailing?: boolean;
  /**
   * Whether the breaker is open. Then a refusal leaves no trace; otherwise it is noted, like a refusal of a due customer.
   */
  leave?: boolean;
}

export interface Asked {
  sample: Sample;
  /** The most frequent refusal. */
  cause?: FailureCode;
  /** The customers who were asked. */
  members: string[];
}

/**
 * Exchanges the refresh tokens of the drawn customers. A success is stored as always.
 * @throws Failure what the store throws
 */
export async function askSample(ports: Ports, request: SampleRequest): Promise<Asked> {
  const { clock, log } = ports;
  const members = await draw(ports, request);
  const answers: (RefreshResult | undefined)[] = [];
  const options = { force: true, judgeLater: request.leave ? 'leave' : 'note' } as const;
  await forEachConcurrently(members, { concurrency: sampleSize }, async (member) => {
    // A fault on our side with one customer says nothing about the others.
    answers.push(await refreshConnection(ports, member, options).catch(() => undefined));
  });
  const refusals = answers.flatMap((answer) =>
    answer?.failure && isRefusal(answer.failure.code) ? [answer.failure.code] : [],
  );
  const succeeded = answers.filter((answer) => answer !== undefined && isSuccess(answer)).length;
  const asked = answers.filter((answer) => answer !== undefined && (isSuccess(answer) || answer.failure)).length;
  const sample = { at: clock.now(), asked, succeeded, refused: refusals.length };
  const cause = mostFrequent(refusals);
  log.info('fleet_sample', { ...sample, cause });
  return { sample, members: members.map(({ data }) => data.customerId), ...(cause && { cause }) };
}

export function isSuccess({ outcome }: RefreshResult): boolean {
  return outcome === 'refreshed' || outcome === 'unchanged';
}

export function mostFrequent<T>(items: T[]): T | undefined {
  const counts = Map.groupBy(items, (item) => item);
  return [...counts.values()].toSorted((a, b) => b.length - a.length)[0]?.[0];
}

/** Whether the customer has had no failure since its last success. */
export function hasWorked({ state, failures, refusals }: Connection): boolean {
  return state === 'active' && failures === 0 && !refusals;
}

async function draw(ports: Ports, { from, without, size = sampleSize, allowFailing }: SampleRequest) {
  const { clock, store } = ports;
  const direction = from === 'soonest' ? 'ascending' : 'descending';
  const orderBy = { field: 'nextRefreshAt', direction } as const;
  const [working, failing]: [Stored<Connection>[], Stored<Connection>[]] = [[], []];
  let read = 0;
  for await (const document of everyDocument<Connection>(store, { collection: connections, orderBy }, candidates)) {
    read += 1;
    const { customerId, grant, state } = document.data;
    const mayAsk =
      grant && state !== 'reauthorization_required' && leasedUntil(document.data, clock.now()) === undefined;
    if (mayAsk && !without.has(customerId)) (hasWorked(document.data) ? working : failing).push(document);
    if (working.length >= candidates || read >= maxRead) break;
  }
  const drawn = pick(working, size, clock.random);
  return allowFailing ? [...drawn, ...pick(failing, size - drawn.length, clock.random)] : drawn;
}

function pick<T>(items: T[], count: number, random: () => number): T[] {
  const left = [...items];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    const [drawn] = left.splice(Math.floor(random() * left.length), 1);
    return drawn!;
  });
}
