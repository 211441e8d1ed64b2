/** Webex's answers in our words: every field from outside is `unknown` until it is asserted here. No I/O. */

import { Failure } from '../../domain/failure.ts';
import type { TokenPair } from '../../domain/grant.ts';
import type { License, Organization, Person, Role } from '../../domain/person.ts';
import { Secret } from '../../domain/secret.ts';
import { bareId } from '../../domain/webex-id.ts';

/** What came back, whatever it was. `body` is the parsed JSON, or undefined where it was none. */
export interface Answer {
  status: number;
  /** The `TrackingID` that the request carried. */
  sentTrackingId: string;
  body: unknown;
  header(name: string): string | undefined;
}

type Fields = Record<string, unknown>;

/** Without a usable `Retry-After` we wait this long; with one, within these bounds. */
const retryAfter = { absentMs: 15_000, leastMs: 1_000, mostMs: 3_600_000 };

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
// A lone surrogate is legal in JSON and in no store.
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(text).filter((item) => item !== undefined) : [];
const count = (value: unknown): number | undefined => (Number.isFinite(value) ? (value as number) : undefined);
const idOf = (value: unknown): string | undefined => (text(value) ? bareId(value as string) : undefined);

/** Strings in the description, booleans in real bodies. */
function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** `items` of a list answer; anything else is an outage (an HTML page, a truncated body). */
export function items(answer: Answer): Fields[] {
  const list = fields(answer.body).items;
  if (!Array.isArray(list)) throw unreadable(answer);
  return list.map(fields);
}

export function unreadable(answer: Answer): Failure {
  return new Failure('webex_unavailable', 'Webex gave an answer that cannot be read.', {
    ...trackingId(answer),
    cause: `status ${answer.status}`,
  });
}

/** No token of Webex's is longer: what is would not fit into a document. */
const longestToken = 16_384;
const credible = { leastSeconds: 60, mostSeconds: 10 * 365 * 86_400 };

/**
 * A pair without its lifetimes is still a pair: where Webex rotates refresh tokens it is the only one.
 * @param requestedAt the instant before the request was sent, epoch ms: lifetimes count from there
 * @see https://developer.webex.com/docs/integrations#getting-an-access-token
 */
export function toTokenPair(answer: Answer, requestedAt: number): TokenPair {
  const body = fields(answer.body);
  const accessToken = token(body.access_token);
  if (!accessToken) throw unreadable(answer);
  const refreshToken = token(body.refresh_token);
  const accessMs = lifetimeMs(body.expires_in);
  const refreshMs = lifetimeMs(body.refresh_token_expires_in);
  const scope = text(body.scope);
  return {
    accessToken: new Secret(accessToken),
    requestedAt,
    ...(accessMs !== undefined && { accessExpiresAt: requestedAt + accessMs }),
    ...(refreshToken && { refreshToken: new Secret(refreshToken) }),
    ...(refreshMs !== undefined && { refreshExpiresAt: requestedAt + refreshMs }),
    ...(scope && scope.length <= longestToken && { scopes: scope.split(/\s+/).sort() }),
  };
}

/** RFC 6749, appendix A.12: visible characters. */
function token(value: unknown): string | undefined {
  const given = text(value);
  return given && given.length <= longestToken && /^[\x21-\x7e]+$/.test(given) ? given : undefined;
}

function lifetimeMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number') return undefined;
  return seconds >= credible.leastSeconds && seconds <= credible.mostSeconds ? Math.floor(seconds * 1000) : undefined;
}

/**
 * Only `id` is sure to be there; an item without one is no person.
 * @see https://developer.webex.com/docs/api/v1/people
 */
export function toPerson(item: Fields): Person | undefined {
  const id = idOf(item.id);
  if (!id) return undefined;
  const listed = (value: unknown) => (Array.isArray(value) ? value.map((entry) => text(fields(entry).value)) : []);
  const loginEnabled = flag(item.loginEnabled);
  const invitePending = flag(item.invitePending);
  const optional = {
    orgId: idOf(item.orgId),
    displayName: text(item.displayName),
    firstName: text(item.firstName),
    lastName: text(item.lastName),
    nickName: text(item.nickName),
    title: text(item.title),
    department: text(item.department),
    managerId: idOf(item.managerId),
    locationId: text(item.locationId),
    extension: text(item.extension),
    type: text(item.type),
    created: text(item.created),
    lastModified: text(item.lastModified),
    loginEnabled,
    invitePending,
  };
  const person: Person = {
    id,
    emails: texts(item.emails),
    phoneNumbers: listed(item.phoneNumbers).filter((value) => value !== undefined),
    sipAddresses: listed(item.sipAddresses).filter((value) => value !== undefined),
    licenses: texts(item.licenses),
    roles: texts(item.roles),
  };
  for (const [name, value] of Object.entries(optional))
    if (value !== undefined) Object.assign(person, { [name]: value });
  return person;
}

export function toLicense(item: Fields): License | undefined {
  const [id, totalUnits, consumedUnits] = [text(item.id), count(item.totalUnits), count(item.consumedUnits)];
  if (!id) return undefined;
  const units = {
    ...(totalUnits !== undefined && { totalUnits }),
    ...(consumedUnits !== undefined && { consumedUnits }),
  };
  return { id, name: text(item.name) ?? id, ...units };
}

export function toRole(item: Fields): Role | undefined {
  const id = text(item.id);
  return id ? { id, name: text(item.name) ?? id } : undefined;
}

export function toOrganization(answer: Answer): Organization {
  const body = fields(answer.body);
  const id = idOf(body.id);
  if (!id) throw unreadable(answer);
  return { id, displayName: text(body.displayName) ?? id };
}

export function toNotFoundIds(answer: Answer): string[] {
  return texts(fields(answer.body).notFoundIds).map(bareId);
}

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2 */
export function toTotal(answer: Answer): number {
  const total = count(fields(answer.body).totalResults);
  if (total === undefined) throw unreadable(answer);
  return total;
}

type WebexFailure =
  | 'webex_unauthorized'
  | 'webex_forbidden'
  | 'webex_not_found'
  | 'webex_unexpected'
  | 'webex_unavailable';

/** The failure that an answer other than 2xx means, whatever was called. */
export function toFailure(answer: Answer): Failure {
  const { status } = answer;
  const facts = factsOf(answer);
  const fail = (code: WebexFailure, message: string) => new Failure(code, message, facts);
  if (status === 429 || status === 423) {
    const retryAfterMs = toRetryAfterMs(answer.header('retry-after'));
    return new Failure('webex_rate_limited', 'Webex asks us to slow down.', { ...facts, retryAfterMs });
  }
  if (status === 401) return fail('webex_unauthorized', 'Webex does not accept the access token.');
  // A member who lists everyone gets 400, so an administrator who lost the role does as well.
  const roleLost = status === 403 || (status === 400 && /email, displayname, or id list should be/i.test(said(answer)));
  if (roleLost) return fail('webex_forbidden', 'Webex refuses: a scope or an administrator role is missing.');
  if (status === 404) return fail('webex_not_found', 'Webex does not know what was asked for.');
  if (status >= 400 && status < 500) return fail('webex_unexpected', `Webex refused with status ${status}.`);
  return fail('webex_unavailable', `Webex is not available (status ${status}).`);
}

/**
 * The failure that a token answer other than 2xx means: our own credentials, this grant, or something passing.
 * Only what says that the grant itself is dead counts as `grant_refused`; an unknown 4xx never costs a customer.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function toTokenFailure(answer: Answer): Failure {
  const general = toFailure(answer);
  const facts = factsOf(answer);
  if (general.code === 'webex_rate_limited' || general.code === 'webex_unavailable') return general;
  const error = text(fields(answer.body).error);
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return new Failure('client_refused', 'Webex does not accept the credentials of our integration.', facts);
  }
  const dead = /refresh[ _]?token\b.*\b(expired|revoked|malformed|invalid)/i.test(said(answer));
  const grantNamed = error === 'invalid_grant' || error === 'invalid_request' || dead;
  if ((answer.status === 400 || answer.status === 401) && grantNamed) {
    return new Failure('grant_refused', 'Webex refuses the grant: it has expired or was revoked.', facts);
  }
  return new Failure('webex_unexpected', `Webex refused the token request with status ${answer.status}.`, facts);
}

/** Webex's own words of an error, from either of its two bodies. */
function said(answer: Answer): string {
  const body = fields(answer.body);
  const descriptions = Array.isArray(body.errors) ? body.errors.map((each) => text(fields(each).description)) : [];
  return (
    [text(body.error), text(body.error_description), text(body.message), ...descriptions]
      .filter((part) => part !== undefined)
      .join('; ')
      // Whatever is as long as a token and looks like one: the text goes to the log.
      .replace(/[\w~+/-]{32,}/g, '[redacted]')
  );
}

/** What a failure may carry of an answer: Webex's name for the request, and what the log may know. */
function factsOf(answer: Answer) {
  return { ...trackingId(answer), cause: `status ${answer.status}: ${said(answer).slice(0, 200)}` };
}

function trackingId(answer: Answer): { trackingId: string } {
  const id = text(answer.header('trackingid')) ?? text(fields(answer.body).trackingId) ?? answer.sentTrackingId;
  return { trackingId: id.slice(0, 128) };
}

function toRetryAfterMs(header: string | undefined): number {
  const asked = header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) * 1000 : retryAfter.absentMs;
  return Math.min(retryAfter.mostMs, Math.max(retryAfter.leastMs, asked));
}
