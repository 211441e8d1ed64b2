/** The browser's pending authorizations: one sealed cookie each, so that several tabs do not disturb each other. */

import type { Request, Response } from 'express';
import {
  openAuthorization,
  type StartedAuthorization,
  sealAuthorization,
} from '../../shared/connect/authorization-code.ts';
import {
  authorizationMs,
  outcomeMs,
  type PendingAuthorization,
  publicName,
} from '../../shared/domain/authorization.ts';
import type { Context } from './context.ts';
import { authorizationCookie, clearOldAuthorizations, readCookie, setCookie } from './cookies.ts';

/** The cookie lives longer than the authorization, because it also opens the outcome. */
const cookieMs = authorizationMs + outcomeMs;

/** Gives the browser what it must present at the callback. */
export function storeStarted(request: Request, response: Response, { state, sealed }: StartedAuthorization): void {
  clearOldAuthorizations(request, response);
  setCookie(response, authorizationCookie(publicName(state)), sealed, cookieMs);
}

/** Replaces the cookie of an authorization. */
export async function storePending(
  { ports }: Context,
  response: Response,
  pending: PendingAuthorization,
): Promise<void> {
  const sealed = await sealAuthorization(ports, pending);
  setCookie(response, authorizationCookie(publicName(pending.state)), sealed, cookieMs);
}

/** The authorization that this browser started under the public name, if it did. */
export async function readPending(
  { ports }: Context,
  request: Request,
  name: string,
): Promise<PendingAuthorization | undefined> {
  const pending = await openAuthorization(ports, readCookie(request, authorizationCookie(name)));
  return pending && publicName(pending.state) === name ? pending : undefined;
}
