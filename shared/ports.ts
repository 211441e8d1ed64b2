/** The ports: what the flows need from the world outside. Types only; adapters implement them, and flows receive them. */

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
 * Asks for the documents of one collection that match every condition, ordered by `orderBy` and then by document id (both in
 * the same direction), at most `limit`. A document without the ordered field is left out. With a `range`, `orderBy` is its
 * field.
 */
export interface Query {
  collection: string;
  equals?: Record<string, string | number | boolean>;
  /** The array field must hold the value. */
  contains?: { field: string; value: string };
  /** `from` is inclusive, `before` exclusive. Strings compare by their UTF-8 bytes. */
  range?: { field: string; from?: string | number; before?: string | number };
  /** Absent: ordered by document id. */
  orderBy?: { field: string; direction: 'ascending' | 'descending' };
  /** Starts after this position: the ordered field's value (absent when ordered by id) and the document's id. */
  after?: { value?: string | number; id: string };
  limit: number;
}

/**
 * One write of a commit. Its precondition `if` is `absent` (the document must not exist) or `{ version }` (it is unchanged
 * since that read); without one, the write is unconditional. `set` replaces the whole document; a `set` that changes nothing
 * may keep the version. A commit may write a path only once.
 */
export type Write =
  | { set: string; data: object; if?: 'absent' | { version: string } }
  | { delete: string; if?: { version: string } };

/**
 * Stores documents. A document with a field `expireAt` (epoch ms) is removed some time after that instant, up to days later,
 * so readers must check the field themselves.
 * Limits of every engine: 500 writes and 3.5 MB per commit, 1 MiB per document.
 */
export interface Store {
  get<T>(path: string): Promise<Stored<T> | undefined>;
  /** In the order of the paths; `undefined` for a document that does not exist. */
  getMany<T>(paths: string[]): Promise<(Stored<T> | undefined)[]>;
  query<T>(query: Query): Promise<Stored<T>[]>;
  /**
   * Does all writes or none. Returns the new version of each `set`, and `''` for each `delete`, in order.
   * @throws Failure `conflict` when a precondition fails, `store_unavailable` when the outcome is unknown
   */
  commit(writes: Write[]): Promise<string[]>;
  close(): Promise<void>;
}

/** Reads the newest value of a named secret, and adds newer ones. @throws Failure `secret_missing`, `secrets_unavailable` */
export interface Secrets {
  read(name: string): Promise<Secret>;
  add(name: string, value: Secret): Promise<void>;
}

/**
 * Seals text, so that only our keys open it, and only for the place that it was sealed for. `place` names the document and the
 * use (`customers/abc access_token`): a sealed text that was copied elsewhere does not open.
 * @throws Failure `sealed_text_invalid` from `open`
 */
export interface Sealer {
  seal(text: Secret, place: string): Promise<string>;
  open(sealed: string, place: string): Promise<Secret>;
  /** Whether the key that seals now has sealed the text. If not, the text must still be sealed again after a rotation. */
  isCurrent(sealed: string): Promise<boolean>;
}

/** Delivers at least once, in any order. Resolves when the queue has stored the message. @throws Failure `queue_unavailable` */
export interface Queue {
  publish(topic: string, message: { data: object; attributes?: Record<string, string> }): Promise<void>;
}

/** Identifies who sends a request. @throws Failure `unauthenticated` for a token that is absent, forged, expired or for another service */
export interface Callers {
  identify(authorization: string | undefined): Promise<Caller>;
}

/** Writes one line per event. `event` is a stable snake_case name that metrics and alerts count; facts must not repeat it. */
export interface Log {
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

/** Time and randomness, so that tests and simulations control them. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The integration that is registered at Webex. Its client secrets are tried in turn. */
export interface Integration {
  clientId: string;
  clientSecrets: Secret[];
}

/** What a call for one customer needs: its access token and its proxies. */
export interface WebexAccess {
  accessToken: Secret;
  proxies?: Proxies;
  signal?: AbortSignal;
}

/**
 * The calls of Webex's API. Every method throws `Failure` with one of these codes: `webex_unavailable` (network, timeout, 5xx, a
 * body that cannot be read), `proxy_refused` (the customer's own proxy), `webex_rate_limited`, `webex_unauthorized` (401),
 * `webex_forbidden` (403), `webex_not_found`, `webex_unexpected` (any other 4xx). The token calls also throw `grant_refused`
 * (the token or code is dead) and `client_refused` (our own credentials are refused).
 * @see https://developer.webex.com/docs/integrations
 */
export interface Webex {
  /** The address at which an administrator consents (RFC 6749, section 4.1.1, with RFC 7636). */
  authorizeUrl(request: { redirectUri: string; scopes: string[]; state: string; challenge: string }): Promise<string>;
  exchangeCode(request: { code: Secret; verifier: Secret; redirectUri: string }): Promise<TokenPair>;
  /** Ends within `exchangeMs` (domain/refresh-policy.ts), including the time for proxies and refused client secrets. */
  refresh(request: { refreshToken: Secret; proxies?: Proxies }): Promise<TokenPair>;
  /** The person whose token this is. */
  me(access: WebexAccess): Promise<Person>;
  organization(access: WebexAccess, orgId: string): Promise<Organization>;
  /** Ends every authorization of this integration in the organization. */
  revoke(access: WebexAccess, orgId: string): Promise<void>;
  /** One page. `cursor` is the `next` of the page before. */
  people(access: WebexAccess, page: { orgId: string; max: number; cursor?: string }): Promise<PeoplePage>;
  /** At most 85 ids (UUIDs): the people found, without licences and roles, and the ids that Webex does not find. */
  peopleById(access: WebexAccess, ids: string[]): Promise<{ people: Person[]; notFoundIds: string[] }>;
  /** One person with licences and roles, which a look-up by ids leaves out. */
  person(access: WebexAccess, id: string): Promise<Person>;
  /** How many people the organization has according to SCIM: a second opinion on whether a scan was complete. */
  scimTotal(access: WebexAccess, orgId: string): Promise<number>;
  licenses(access: WebexAccess, orgId: string): Promise<License[]>;
  roles(access: WebexAccess): Promise<Role[]>;
}

/** What a deployment configures, besides its adapters. */
export interface Settings {
  /** What the token page calls the portal. */
  portalName: string;
  /** The public address of `webex_teams_oauth`, without a slash at the end. */
  oauthUrl: string;
  /** Scopes that every connection needs. */
  requiredScopes: string[];
  syncTopic: string;
  eventsTopic: string;
  /** How many people to request per page. */
  pageSize: number;
  /** Customers' proxies may have loopback and link-local addresses. */
  allowLocalProxies: boolean;
}

/** All ports. A flow takes the ones that it uses. */
export interface Ports {
  store: Store;
  sealer: Sealer;
  queue: Queue;
  webex: Webex;
  clock: Clock;
  log: Log;
  settings: Settings;
}
