/** The browser's pending authorizations: one sealed cookie each, so that several tabs do not disturb each other. */

import type { Request, Response } from 'express';
import { openAuthorization, type StartedAuthorization } from '../../shared/connect/authorization-code.ts';
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
export function storePending(request: Request, response: Response, started: StartedAuthorization): void {
  clearOldAuthorizations(request, response);
  setCookie(response, authorizationCookie(publicName(started.state)), started.sealed, cookieMs);
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
