/** Everything the outside must offer, on one screen. Types only: adapters implement them, flows are given them. */

import type { Caller } from './domain/caller.ts';
import type { TokenPair } from './domain/grant.ts';
import type { License, Organization, PeoplePage, Person, Role } from './domain/person.ts';
import type { Proxies } from './domain/proxy.ts';
import type { Secret } from './domain/secret.ts';

/** A stored document, its path (`collection/id[/collection/id…]`) and the version that a precondition names. */
export interface Stored<T> {
  path: string;
  version: string;
  data: T;
}

/**
 * One collection's documents that match every condition, ordered by `orderBy` and then by document id (both in the
 * same direction), at most `limit`. A document without the ordered field is left out. With a `range`, `orderBy` is its field.
 */
export interface Query {
  collection: string;
  equals?: Record<string, string | number | boolean>;
  /** The array field must hold the value. */
  contains?: { field: string; value: string };
  /** `from` inclusive, `before` exclusive; strings compare by their UTF-8 bytes. */
  range?: { field: string; from?: string | number; before?: string | number };
  /** Without it: by document id. */
  orderBy?: { field: string; direction: 'ascending' | 'descending' };
  /** Starts behind this position: the ordered field's value (absent when ordered by id) and the document's id. */
  after?: { value?: string | number; id: string };
  limit: number;
}

/**
 * One write of a commit. `if`: `absent` (the document must not exist), `{ version }` (unchanged since that read);
 * without it the write is unconditional. `set` replaces the whole document; one that changes nothing may keep the version.
 * A commit may write a path only once.
 */
export type Write =
  | { set: string; data: object; if?: 'absent' | { version: string } }
  | { delete: string; if?: { version: string } };

/**
 * Documents. A field `expireAt` (epoch ms) at the top of a document is its time to live: the store removes the
 * document some time after it (up to days), so readers judge the field themselves.
 * Limits for every engine: 500 writes and 3.5 MB a commit, 1 MiB a document.
 */
export interface Store {
  get<T>(path: string): Promise<Stored<T> | undefined>;
  /** In the order asked; `undefined` where there is none. */
  getMany<T>(paths: string[]): Promise<(Stored<T> | undefined)[]>;
  query<T>(query: Query): Promise<Stored<T>[]>;
  /**
   * All writes or none. Answers the new version of each `set`, `''` for a `delete`, in order.
   * Throws `conflict` when a precondition fails, `store_unavailable` when nothing is known to be written.
   */
  commit(writes: Write[]): Promise<string[]>;
  close(): Promise<void>;
}

/** Named secrets: their newest value, and adding a newer one. Throws `secret_missing`, `secrets_unavailable`. */
export interface Secrets {
  read(name: string): Promise<Secret>;
  add(name: string, value: Secret): Promise<void>;
}

/**
 * Sealed text: only our keys open it, and only where it was sealed for. `place` names that place and use
 * (`customers/abc access_token`); a ciphertext moved elsewhere does not open. `open` throws `sealed_text_invalid`.
 */
export interface Sealer {
  seal(text: Secret, place: string): Promise<string>;
  open(sealed: string, place: string): Promise<Secret>;
  /** Whether the key that seals now has sealed it; otherwise a rotation has still to reach it. */
  isCurrent(sealed: string): Promise<boolean>;
}

/** At least once, in any order. Resolves when the message is safe with the queue; throws `queue_unavailable`. */
export interface Queue {
  publish(topic: string, message: { data: object; attributes?: Record<string, string> }): Promise<void>;
}

/** Who sends the request. Throws `unauthenticated` when the bearer token is absent, forged, expired or for somebody else. */
export interface Callers {
  identify(authorization: string | undefined): Promise<Caller>;
}

/** One line per fact: `event` is a stable snake_case name that metrics and alerts are built on. */
export interface Log {
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

/** Time and chance, so that tests and simulations own them. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The integration registered at Webex; secrets are tried in turn. */
export interface Integration {
  clientId: string;
  clientSecrets: Secret[];
}

/** A call in one customer's name: its access token and its way out. */
export interface WebexAccess {
  accessToken: Secret;
  proxies?: Proxies;
  signal?: AbortSignal;
}

/**
 * The calls we make at Webex. Every method throws `Failure` with one of: `webex_unavailable` (network, timeout, 5xx,
 * unreadable body), `proxy_refused` (the customer's own proxy), `webex_rate_limited` (`retryAfterMs`),
 * `webex_unauthorized` (401), `webex_forbidden` (403), `webex_not_found`, `webex_unexpected` (any other 4xx); the token calls also `grant_refused` (this grant is dead)
 * and `client_refused` (our own credentials are). `trackingId` is on the failure where Webex gave one.
 * @see https://developer.webex.com/docs/integrations
 */
export interface Webex {
  /** Where a browser is sent to consent (RFC 6749, section 4.1.1, with RFC 7636). */
  authorizeUrl(request: { redirectUri: string; scopes: string[]; state: string; challenge: string }): Promise<string>;
  exchangeCode(request: { code: Secret; verifier: Secret; redirectUri: string }): Promise<TokenPair>;
  /** Answers or throws within `exchangeMs` (domain/refresh.ts), whatever proxies and refused secrets cost. */
  refresh(request: { refreshToken: Secret; proxies?: Proxies }): Promise<TokenPair>;
  /** Whose token this is. */
  me(access: WebexAccess): Promise<Person>;
  organization(access: WebexAccess, orgId: string): Promise<Organization>;
  /** Ends every authorization of this integration in the organization. */
  revoke(access: WebexAccess, orgId: string): Promise<void>;
  /** One page; `cursor` is the `next` of the page before. */
  people(access: WebexAccess, page: { orgId: string; max: number; cursor?: string }): Promise<PeoplePage>;
  /** At most 85 ids (uuids): who is there (without licences and roles), and who Webex says is not. */
  peopleById(access: WebexAccess, ids: string[]): Promise<{ people: Person[]; notFoundIds: string[] }>;
  /** One person with everything that an administrator may see: a look-up by ids leaves licences and roles out. */
  person(access: WebexAccess, id: string): Promise<Person>;
  /** How many people the organization has by SCIM: a second opinion about a scan's completeness. */
  scimTotal(access: WebexAccess, orgId: string): Promise<number>;
  licenses(access: WebexAccess, orgId: string): Promise<License[]>;
  roles(access: WebexAccess): Promise<Role[]>;
}

/** What a deployment decides, beyond its adapters. */
export interface Settings {
  /** What the token page calls the portal. */
  portalName: string;
  /** The public address of `webex_teams_oauth`, without a slash at its end. */
  oauthUrl: string;
  /** Every connection must have been granted these. */
  requiredScopes: string[];
  syncTopic: string;
  eventsTopic: string;
  /** People asked for a page. */
  pageSize: number;
  /** Customers' proxies may lie at loopback and link-local addresses. */
  allowLocalProxies: boolean;
}

/** All of the outside that a flow may be given; each takes the parts that it uses. */
export interface Ports {
  store: Store;
  sealer: Sealer;
  queue: Queue;
  webex: Webex;
  clock: Clock;
  log: Log;
  settings: Settings;
}
