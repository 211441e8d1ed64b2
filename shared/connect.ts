/**
 * A browser's authorization: begin (cookie and redirect to Webex), callback (judge, exchange, identify), and then either the
 * tokens for the page to show or, through a connect link, straight into the customer.
 */

import { commitDecision } from './commit.ts';
import {
  type Authorization,
  assertServes,
  authorizationMs,
  type ConnectLink,
  declined,
  digest,
  linkMs,
  unguessable,
} from './domain/authorization.ts';
import type { Authorizer, Connection, StoredGrant, TokenPair } from './domain/connection.ts';
import type { Customer } from './domain/customer.ts';
import { codeOf, Failure } from './domain/failure.ts';
import {
  accessTokenPlace,
  connectionPath,
  customerPath,
  linkPath,
  refreshTokenPlace,
  usedStatePath,
} from './domain/paths.ts';
import { healthy } from './domain/refresh.ts';
import { day } from './domain/schedule.ts';
import { Secret } from './domain/secret.ts';
import { publish, recorded } from './events.ts';
import type { Outside, Stored, Write } from './ports.ts';
import { requestSync } from './sync.ts';

type Parts = Pick<Outside, 'store' | 'sealer' | 'queue' | 'webex' | 'clock' | 'log' | 'settings'>;

const authorizationPlace = 'cookie authorization';

/** The exact redirect URI that is registered at Webex. */
export function redirectUri(settings: Outside['settings']): string {
  return `${settings.oauthUrl}/callback`;
}

/** Where Webex's consent page is, and the sealed text for the browser's cookie of this `state`. */
export interface Begun {
  url: string;
  state: string;
  sealed: string;
}

/** Begins an authorization: on the manual page, or for the connect link with this hash. */
export async function beginAuthorization(outside: Parts, link?: string): Promise<Begun> {
  const { clock, settings } = outside;
  const [state, verifier] = [unguessable(), unguessable()];
  const authorization: Authorization = {
    state,
    verifier,
    endsAt: clock.now() + authorizationMs,
    ...(link && { link }),
  };
  const [url, sealed] = await Promise.all([
    outside.webex.authorizeUrl({
      redirectUri: redirectUri(settings),
      scopes: settings.requiredScopes,
      state,
      challenge: digest(verifier),
    }),
    outside.sealer.seal(new Secret(JSON.stringify(authorization)), authorizationPlace),
  ]);
  return { url, state, sealed };
}

/**
 * A link that binds one browser authorization to one customer.
 * @returns its URL and its end, epoch ms
 */
export async function createConnectLink(
  outside: Parts,
  customerId: string,
  by: string,
): Promise<{ url: string; endsAt: number }> {
  const { clock, settings, store } = outside;
  const secret = unguessable();
  const now = clock.now();
  const link: ConnectLink = { customerId, by, createdAt: now, endsAt: now + linkMs, expireAt: now + day };
  const record = recorded([{ type: 'connect_link_created' }], { customerId, now, by });
  await store.commit([{ set: linkPath(digest(secret)), data: link, if: 'absent' }, ...record.writes]);
  return { url: `${settings.oauthUrl}/connect/${secret}`, endsAt: link.endsAt };
}

export interface OpenLink {
  hash: string;
  link: Stored<ConnectLink>;
  customer: Customer;
  connection: Stored<Connection>;
}

/**
 * What a connect link stands for.
 * @throws Failure `link_not_valid` when it is unknown, used, too old, or begun in another browser
 */
export async function openLink(outside: Parts, hash: string, browser: string | undefined): Promise<OpenLink> {
  const { store, clock } = outside;
  const link = await store.get<ConnectLink>(linkPath(hash));
  if (!link) throw new Failure('link_not_valid', 'This link does not exist or has been used.');
  if (link.data.endsAt <= clock.now()) throw new Failure('link_not_valid', 'This link has expired.');
  if (link.data.browser !== undefined && (!browser || link.data.browser !== digest(browser))) {
    throw new Failure('link_not_valid', 'This link is being used in another browser.');
  }
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(link.data.customerId)),
    store.get<Connection>(connectionPath(link.data.customerId)),
  ]);
  if (!customer || !connection) throw new Failure('link_not_valid', 'The customer of this link no longer exists.');
  return { hash, link, customer: customer.data, connection };
}

/** Begins the authorization that a connect link asks for, in this browser and no other from here on. */
export async function beginFromLink(outside: Parts, hash: string, browser: string): Promise<Begun> {
  await commitDecision(outside, async () => {
    const { link } = await openLink(outside, hash, browser);
    if (link.data.browser) return { writes: [], result: undefined };
    const bound = { ...link.data, browser: digest(browser) };
    return { writes: [{ set: link.path, data: bound, if: { version: link.version } }], result: undefined };
  });
  return beginAuthorization(outside, hash);
}

/** What the browser brought back: the query of the callback, and the sealed text of the cookie for its `state`. */
export interface Callback {
  state: string;
  code?: string;
  error?: string;
  sealed: string | undefined;
  browser: string | undefined;
}

export interface Tokens {
  authorizer: Authorizer;
  accessToken: Secret;
  refreshToken: Secret;
  accessExpiresAt: number;
  refreshExpiresAt: number;
}

export type Completed =
  | { kind: 'tokens'; tokens: Tokens }
  | { kind: 'connected'; customer: Customer; connection: Connection };

/**
 * Judges the callback: first its state (this browser, in time, once), then Webex's error, then the code.
 * Only after that anything is exchanged.
 * @throws Failure `authorization_not_valid`, `authorization_cancelled`
 */
export async function judgeCallback(outside: Parts, callback: Callback): Promise<Authorization> {
  const { clock, sealer, store } = outside;
  const refuse = (text: string) => new Failure('authorization_not_valid', text);
  if (!callback.sealed) throw refuse('This browser has not asked for an authorization, or too long ago.');
  const opened = await sealer.open(callback.sealed, authorizationPlace).catch(() => undefined);
  const authorization = opened ? (JSON.parse(opened.reveal()) as Authorization) : undefined;
  if (authorization?.state !== callback.state)
    throw refuse('The answer does not belong to what this browser asked for.');
  if (authorization.endsAt <= clock.now()) throw refuse('Signing in took longer than 10 minutes.');
  try {
    const used = { expireAt: authorization.endsAt + day };
    await store.commit([{ set: usedStatePath(digest(callback.state)), data: used, if: 'absent' }]);
  } catch (error) {
    if (codeOf(error) === 'conflict') throw refuse('This answer has been used already.');
    throw error;
  }
  return authorization;
}

/**
 * Exchanges the code and puts the tokens where they belong.
 * @throws Failure `authorization_cancelled`, `authorization_not_valid`, `wrong_organization`, `administrator_required`,
 *   `scopes_missing`, `link_not_valid`, and Webex's codes; nothing is stored then
 */
export async function completeAuthorization(
  outside: Parts,
  authorization: Authorization,
  callback: Callback,
): Promise<Completed> {
  const { clock, settings, webex } = outside;
  if (callback.error !== undefined) throw declined(callback.error);
  if (!callback.code) throw new Failure('authorization_not_valid', 'Webex sent no code.');
  const open = authorization.link ? await openLink(outside, authorization.link, callback.browser) : undefined;

  const requestedAt = clock.now();
  const pair = await webex
    .exchangeCode({
      code: new Secret(callback.code),
      verifier: new Secret(authorization.verifier),
      redirectUri: redirectUri(settings),
    })
    .catch((error) => {
      if (codeOf(error) !== 'grant_refused') throw error;
      throw new Failure(
        'authorization_not_valid',
        'Webex does not accept the code: it is too old or was used.',
        error.facts,
      );
    });
  if (!pair.refreshToken || !pair.refreshLifetimeMs) {
    throw new Failure('webex_unavailable', 'Webex gave no refresh token.');
  }
  const { authorizer, roles } = await identify(outside, pair);
  const scopes = pair.scopes ?? settings.requiredScopes;
  if (!open) {
    const tokens: Tokens = {
      authorizer,
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken,
      accessExpiresAt: requestedAt + pair.accessLifetimeMs,
      refreshExpiresAt: requestedAt + pair.refreshLifetimeMs,
    };
    return { kind: 'tokens', tokens };
  }

  const { customer } = open;
  assertServes(
    { authorizer, roles, scopes },
    { accountNumber: customer.accountNumber, scopes: settings.requiredScopes },
  );
  const grant = { pair, scopes, authorizer, requestedAt };
  const connection = await storeGrant(outside, customer.id, grant, open.link);
  await requestSync(outside, customer.id, open.link.data.by);
  return { kind: 'connected', customer, connection };
}

/** Whose tokens these are. A user who may not read the organization is no administrator of it. */
async function identify(outside: Parts, pair: TokenPair): Promise<{ authorizer: Authorizer; roles: string[] }> {
  const access = { accessToken: pair.accessToken };
  const me = await outside.webex.me(access);
  if (!me.orgId) throw new Failure('webex_unavailable', 'Webex did not say which organization this is.');
  const named = await outside.webex.organization(access, me.orgId).catch((error) => {
    if (codeOf(error) === 'webex_forbidden' || codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  const email = me.emails[0] ?? me.id;
  const authorizer = {
    id: me.id,
    email,
    displayName: me.displayName ?? email,
    organizationId: me.orgId,
    organizationName: named?.displayName ?? me.orgId,
  };
  return { authorizer, roles: me.roles };
}

/** Stores a fresh grant, ends the link that brought it, and tells of it, in one commit. */
async function storeGrant(
  outside: Parts,
  customerId: string,
  fresh: { pair: TokenPair; scopes: string[]; authorizer: Authorizer; requestedAt: number },
  link: Stored<ConnectLink>,
): Promise<Connection> {
  const { clock, sealer, store } = outside;
  const { pair, scopes, authorizer, requestedAt } = fresh;
  const [sealedAccessToken, sealedRefreshToken] = await Promise.all([
    sealer.seal(pair.accessToken, accessTokenPlace(customerId)),
    sealer.seal(pair.refreshToken!, refreshTokenPlace(customerId)),
  ]);
  const { connection, events } = await commitDecision(outside, async () => {
    const [read, unused] = await Promise.all([
      store.get<Connection>(connectionPath(customerId)),
      store.get<ConnectLink>(link.path),
    ]);
    if (!read || !unused) throw new Failure('link_not_valid', 'This link has been used meanwhile.');
    const grant: StoredGrant = {
      serial: (read.data.grant?.serial ?? 0) + 1,
      sealedAccessToken,
      sealedRefreshToken,
      accessExpiresAt: requestedAt + pair.accessLifetimeMs,
      accessLifetimeMs: pair.accessLifetimeMs,
      refreshExpiresAt: requestedAt + pair.refreshLifetimeMs!,
      scopes,
      authorizer,
      grantedAt: requestedAt,
      refreshedAt: requestedAt,
    };
    const connection = healthy(read.data, grant, clock.now());
    const facts = {
      organization: authorizer.organizationName,
      authorizer: authorizer.email,
      again: read.data.state !== 'absent',
    };
    const record = recorded([{ type: 'connected', facts }], { customerId, now: clock.now(), by: link.data.by });
    const writes: Write[] = [
      { set: read.path, data: connection, if: { version: read.version } },
      { delete: unused.path, if: { version: unused.version } },
      ...record.writes,
    ];
    return { writes, result: { connection, events: record.events } };
  });
  await publish(outside, events);
  return connection;
}
