/**
 * Custody of the token pair: lease → exchange → commit, for one connection and for all that are due.
 * The lease's conditional commit proves that the store can be written before Webex is asked; what Webex returns is
 * committed before anything uses it; the old pair stays until then.
 */

import { randomUUID } from 'node:crypto';
import { commitDecision } from './commit.ts';
import type { Connection, StoredGrant, TokenPair } from './domain/connection.ts';
import type { Customer } from './domain/customer.ts';
import type { EventDraft } from './domain/event.ts';
import { codeOf, Failure } from './domain/failure.ts';
import { accessTokenPlace, connectionPath, connections, customerPath, refreshTokenPlace } from './domain/paths.ts';
import { type Decided, decideRefresh, failed, leaseMs, refreshed, takeLease, warned } from './domain/refresh.ts';
import type { Secret } from './domain/secret.ts';
import { publish, recorded, sweepOutbox } from './events.ts';
import type { Outside, Proxies, Stored } from './ports.ts';

type Parts = Pick<Outside, 'store' | 'sealer' | 'queue' | 'webex' | 'clock' | 'log' | 'settings'>;

export type RefreshOutcome =
  /** A new pair is stored. */
  | 'refreshed'
  /** Webex answered with the token that we have: it renews at most once a day. */
  | 'unchanged'
  /** Somebody else renewed it meanwhile. */
  | 'superseded'
  | 'failed'
  /** Somebody else holds the lease. */
  | 'leased'
  | 'not_due'
  | 'not_connected'
  | 'reauthorization_required';

export interface RefreshResult {
  outcome: RefreshOutcome;
  connection?: Connection;
  failure?: Failure;
}

/** The proxies that a customer's record names. */
export function proxiesOf(customer: Customer | undefined): Proxies | undefined {
  if (!customer?.httpProxy && !customer?.httpsProxy) return undefined;
  return {
    ...(customer.httpProxy && { http: customer.httpProxy }),
    ...(customer.httpsProxy && { https: customer.httpsProxy }),
  };
}

/**
 * Renews one connection from the version that was read. One read (the customer's proxies) and two writes.
 * Webex's refusals come back as outcomes.
 * @throws Failure `client_refused` when Webex refuses *us* (nobody is marked), and what the store and the sealer throw
 */
export async function refreshConnection(
  outside: Parts,
  read: Stored<Connection>,
  options: { force?: boolean; by?: string; signal?: AbortSignal } = {},
): Promise<RefreshResult> {
  const { store, clock } = outside;
  const decision = decideRefresh(read.data, clock.now(), options.force);
  if (decision.kind !== 'due') return { outcome: decision.kind, connection: read.data };

  const leased = takeLease(read.data, randomUUID(), clock.now());
  const customerId = leased.customerId;
  const grant = leased.grant!;
  let version: string;
  let customer: Stored<Customer> | undefined;
  try {
    const lease = store.commit([{ set: read.path, data: leased, if: { version: read.version } }]);
    [[version = ''], customer] = await Promise.all([lease, store.get<Customer>(customerPath(customerId))]);
  } catch (error) {
    if (codeOf(error) === 'conflict') return { outcome: 'leased', connection: read.data };
    throw error;
  }
  const held = { path: read.path, version, data: leased };

  const requestedAt = clock.now();
  let pair: TokenPair;
  try {
    const refreshToken = await outside.sealer.open(grant.sealedRefreshToken, refreshTokenPlace(customerId));
    const proxies = proxiesOf(customer?.data);
    const { signal } = options;
    pair = await outside.webex.refresh({ refreshToken, ...(proxies && { proxies }), ...(signal && { signal }) });
  } catch (error) {
    const failure =
      error instanceof Failure ? error : new Failure('internal', 'The refresh failed.', { cause: String(error) });
    // A failure counts only while the lease is still ours; a success is kept even when it came late.
    const decided = (now: Connection) =>
      now.epoch === leased.epoch ? failed(now, failure, clock.now(), clock.random()) : undefined;
    const connection = await settle(outside, held, grant.serial, decided);
    if (failure.code === 'client_refused') throw failure;
    const facts = { customer: customerId, code: failure.code, ...failure.facts };
    outside.log.warn('refresh_failed', { ...facts, state: connection?.state, failures: connection?.failures });
    if (!connection) return { outcome: 'superseded' };
    const ended = connection.state === 'reauthorization_required';
    return { outcome: ended ? 'reauthorization_required' : 'failed', connection, failure };
  }

  const renewed = await renewedGrant(outside, customerId, grant, pair, requestedAt);
  const unchanged = await sameAccessToken(outside, customerId, grant, pair.accessToken);
  const connection = await settle(
    outside,
    held,
    grant.serial,
    (now) => {
      const decided = refreshed(now, renewed, clock.now());
      const asked: EventDraft[] = options.by ? [{ type: 'refreshed', facts: { unchanged } }] : [];
      return { ...decided, events: [...decided.events, ...asked] };
    },
    options.by,
  );
  if (!connection) return { outcome: 'superseded' };
  outside.log.info('refreshed', { customer: customerId, unchanged, refreshExpiresAt: renewed.refreshExpiresAt });
  return { outcome: unchanged ? 'unchanged' : 'refreshed', connection };
}

/** The grant to store for a pair that Webex returned to a request sent at `requestedAt`. An absent token keeps the old one. */
async function renewedGrant(
  { sealer }: Pick<Outside, 'sealer'>,
  customerId: string,
  old: StoredGrant,
  pair: TokenPair,
  requestedAt: number,
): Promise<StoredGrant> {
  const refreshToken = pair.refreshToken ?? (await sealer.open(old.sealedRefreshToken, refreshTokenPlace(customerId)));
  return {
    ...old,
    serial: old.serial + 1,
    sealedAccessToken: await sealer.seal(pair.accessToken, accessTokenPlace(customerId)),
    // Sealed anew even when unchanged: a rotated key reaches every connection within a week.
    sealedRefreshToken: await sealer.seal(refreshToken, refreshTokenPlace(customerId)),
    accessExpiresAt: requestedAt + pair.accessLifetimeMs,
    accessLifetimeMs: pair.accessLifetimeMs,
    refreshExpiresAt: pair.refreshLifetimeMs ? requestedAt + pair.refreshLifetimeMs : old.refreshExpiresAt,
    scopes: pair.scopes ?? old.scopes,
    refreshedAt: requestedAt,
  };
}

async function sameAccessToken(outside: Parts, customerId: string, old: StoredGrant, token: Secret): Promise<boolean> {
  const opened = await outside.sealer.open(old.sealedAccessToken, accessTokenPlace(customerId)).catch(() => undefined);
  return opened?.reveal() === token.reveal();
}

/**
 * Commits what an exchange made of the connection, again and again while the store is away and the lease lasts.
 * On a conflict the connection is read again: an edit of the customer is kept beneath our result; where somebody has
 * stored a newer pair (its serial has grown) or the customer is gone, ours is dropped and undefined comes back.
 */
async function settle(
  outside: Parts,
  held: Stored<Connection>,
  serial: number,
  decide: (connection: Connection) => Decided | undefined,
  by?: string,
): Promise<Connection | undefined> {
  const { store, clock } = outside;
  const { customerId, lease } = held.data;
  let current: Stored<Connection> | undefined = held;
  for (let attempt = 1; ; attempt++) {
    try {
      if (!current) return undefined;
      if (current.data.grant?.serial !== serial) return undefined;
      const decided = decide(current.data);
      if (!decided) return undefined;
      const { connection, events } = decided;
      const record = recorded(events, { customerId, now: clock.now(), by });
      await store.commit([{ set: current.path, data: connection, if: { version: current.version } }, ...record.writes]);
      await publish(outside, record.events);
      return connection;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'conflict') current = undefined;
      else if (code !== 'store_unavailable' || clock.now() >= lease!.endsAt) throw error;
      await clock.sleep(Math.min(5_000, 100 * 2 ** attempt) * (0.5 + clock.random() / 2));
    }
    current ??= await store.get<Connection>(held.path).catch(() => held);
  }
}

/** Renewals that this process has under way: callers who ask meanwhile share the result. */
const underWay = new WeakMap<object, Map<string, Promise<RefreshResult>>>();

/**
 * Renews a customer's connection because someone asks. Callers of one process share one exchange; where another
 * process holds the lease, waits for its result.
 * @throws Failure `not_found`, `not_connected`, `reauthorization_required`, `busy`, `client_refused` and Webex's codes
 */
export async function refreshNow(outside: Parts, customerId: string, by?: string): Promise<RefreshResult> {
  const sharing = underWay.get(outside.store) ?? new Map<string, Promise<RefreshResult>>();
  underWay.set(outside.store, sharing);
  const shared = sharing.get(customerId);
  if (shared) return shared;
  const own = askForRefresh(outside, customerId, by).finally(() => sharing.delete(customerId));
  sharing.set(customerId, own);
  return own;
}

async function askForRefresh(outside: Parts, customerId: string, by?: string): Promise<RefreshResult> {
  const { store, clock } = outside;
  const giveUpAt = clock.now() + leaseMs;
  let before: number | undefined;
  while (clock.now() < giveUpAt) {
    const read = await store.get<Connection>(connectionPath(customerId));
    if (!read) throw new Failure('not_found', 'There is no such customer.');
    before ??= read.data.grant?.serial;
    if (read.data.grant && read.data.grant.serial !== before) return { outcome: 'superseded', connection: read.data };
    const result = await refreshConnection(outside, read, { force: true, ...(by && { by }) });
    switch (result.outcome) {
      case 'leased':
      case 'superseded':
        await clock.sleep(250 + 250 * clock.random());
        continue;
      case 'not_connected':
        throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
      case 'reauthorization_required':
        throw new Failure(
          'reauthorization_required',
          'Webex has refused the grant: an administrator must authorize again.',
        );
      case 'failed':
        throw result.failure!;
      default:
        return result;
    }
  }
  throw new Failure('busy', 'Another refresh of this customer is under way.', { retryAfterMs: 5_000 });
}

export interface RefreshRun {
  /** How many connections ended with each outcome. */
  outcomes: Partial<Record<RefreshOutcome | 'error', number>>;
  warnings: number;
  published: number;
  /** Why the run ended: nothing more is due, its time is used up, or Webex refuses our own credentials. */
  ended: 'done' | 'out_of_time' | 'client_refused';
}

/**
 * Renews every connection that is due, oldest first, `concurrency` at a time; one customer's failure is its own.
 * Stops at once when Webex refuses our own credentials, and takes up nothing new after `endsAt` (epoch ms).
 */
export async function refreshDue(
  outside: Parts,
  limits: { concurrency: number; endsAt: number; signal?: AbortSignal },
): Promise<RefreshRun> {
  const run: RefreshRun = { outcomes: {}, warnings: 0, published: 0, ended: 'done' };
  const due = reached(outside, 'nextRefreshAt');
  const count = (outcome: RefreshOutcome | 'error') => {
    run.outcomes[outcome] = (run.outcomes[outcome] ?? 0) + 1;
  };

  async function worker(): Promise<void> {
    for await (const read of due) {
      try {
        count((await refreshConnection(outside, read, limits.signal ? { signal: limits.signal } : {})).outcome);
      } catch (error) {
        if (codeOf(error) === 'client_refused') run.ended = 'client_refused';
        count('error');
        const cause = error instanceof Failure ? error.facts.cause : String(error);
        outside.log.error('refresh_error', { customer: read.data.customerId, code: codeOf(error), cause });
      }
      if (run.ended === 'done' && (outside.clock.now() >= limits.endsAt || limits.signal?.aborted))
        run.ended = 'out_of_time';
      if (run.ended !== 'done') return;
    }
  }
  await Promise.all(Array.from({ length: limits.concurrency }, worker));
  run.warnings = await warnCrossed(outside);
  run.published = await sweepOutbox(outside);
  return run;
}

/** Connections fetched at a time: enough that the next page is there before this one is worked off. */
const pageLimit = 300;

/**
 * Every connection whose `field` lies at or before now, in its order, page by page. Several workers may draw from it;
 * one that leaves its loop does not end it for the others.
 */
function reached({ store, clock }: Parts, field: 'nextRefreshAt' | 'nextWarningAt'): AsyncIterable<Stored<Connection>> {
  const before = clock.now() + 1;
  const fetch = (after?: Stored<Connection>) => {
    const page = store.query<Connection>({
      collection: connections,
      range: { field, before },
      orderBy: { field, direction: 'ascending' },
      ...(after && { after: { value: after.data[field]!, id: after.data.customerId } }),
      limit: pageLimit,
    });
    // Fetched ahead: when nobody comes to draw it, its failure is nobody's.
    page.catch(() => {});
    return page;
  };
  async function* pages() {
    let page = fetch();
    while (true) {
      const found = await page;
      const last = found.length < pageLimit;
      if (!last) page = fetch(found.at(-1));
      yield* found;
      if (last) return;
    }
  }
  const items = pages();
  return { [Symbol.asyncIterator]: () => ({ next: () => items.next() }) };
}

/** Warns of every runway that has crossed a mark, whether or not anything could be tried meanwhile. */
async function warnCrossed(outside: Parts): Promise<number> {
  const { store, clock } = outside;
  let warnings = 0;
  for await (const { path, data } of reached(outside, 'nextWarningAt')) {
    try {
      const events = await commitDecision(outside, async () => {
        const read = await store.get<Connection>(path);
        const decided = read ? warned(read.data, clock.now()) : undefined;
        if (!read || !decided?.events.length) return { writes: [], result: [] };
        const record = recorded(decided.events, { customerId: data.customerId, now: clock.now() });
        const change = { set: path, data: decided.connection, if: { version: read.version } };
        return { writes: [change, ...record.writes], result: record.events };
      });
      warnings += events.length;
      await publish(outside, events);
    } catch (error) {
      outside.log.error('warning_error', { customer: data.customerId, code: codeOf(error) });
    }
  }
  return warnings;
}
