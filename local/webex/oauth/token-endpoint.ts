/** `POST /v1/access_token`: codes and refresh tokens become token pairs. */

import { createHash } from 'node:crypto';
import { type Answer, Refusal } from '../answers.ts';
import { type Call, type Client, formOf, type World } from '../world.ts';
import type { Grant } from './grants.ts';

/**
 * Refuses with `invalid_request`, `invalid_client`, `invalid_grant` or `unsupported_grant_type`.
 * @see https://developer.webex.com/docs/integrations
 */
export function accessToken(world: World, call: Call): Answer {
  const form = formOf(call);
  const grantType = field(form, 'grant_type');
  const client = clientOf(world, form);
  if (grantType === 'authorization_code') return tokens(world, exchangeCode(world, client, form));
  if (grantType === 'refresh_token') return tokens(world, refresh(world, client, form, call), { isRefresh: true });
  throw new Refusal(400, `The grant type ${grantType} is not supported.`, { code: 'unsupported_grant_type' });
}

function field(form: URLSearchParams, name: string): string {
  const values = form.getAll(name);
  if (values.length !== 1 || !values[0]) {
    throw new Refusal(400, `The request is missing a required parameter or repeats it: ${name}.`, {
      code: 'invalid_request',
    });
  }
  return values[0];
}

function clientOf(world: World, form: URLSearchParams): Client {
  const client = world.clients.get(field(form, 'client_id'));
  const secret = field(form, 'client_secret');
  if (!client?.clientSecrets.includes(secret)) {
    throw new Refusal(401, 'Client authentication failed: invalid_client.', { code: 'invalid_client' });
  }
  return client;
}

function exchangeCode(world: World, client: Client, form: URLSearchParams): Grant {
  const code = world.grants.takeCode(field(form, 'code'));
  const verifier = form.get('code_verifier') ?? '';
  const fits =
    code?.clientId === client.clientId &&
    code.redirectUri === form.get('redirect_uri') &&
    (code.challenge === undefined || code.challenge === createHash('sha256').update(verifier).digest('base64url'));
  if (!fits || !code.account.active) {
    throw new Refusal(400, 'The authorization code is expired, used, or was issued for another request.', {
      code: 'invalid_grant',
    });
  }
  return world.grants.issue(code.account, client.clientId, code.scopes);
}

function refresh(world: World, client: Client, form: URLSearchParams, call: Call): Grant {
  const refreshToken = field(form, 'refresh_token');
  const grant = world.grants.ownerOf(refreshToken);
  if (grant?.clientId !== client.clientId || !world.grants.isAlive(refreshToken)) {
    throw new Refusal(400, 'The refresh token provided is expired, revoked, malformed, or invalid.', {
      code: 'invalid_grant',
    });
  }
  world.grants.renew(grant, call.leaveUnchanged ?? false);
  world.counters.completed(grant);
  return grant;
}

function tokens(world: World, grant: Grant, { isRefresh = false } = {}): Answer {
  const { refresh_token, ...rest } = world.grants.response(grant);
  const omit = isRefresh && world.settings.omitRefreshToken;
  const shown = omit === 'empty' ? { refresh_token: '' } : omit ? {} : { refresh_token };
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
    json: { ...rest, ...shown },
  };
}
