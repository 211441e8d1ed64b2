/** `POST /v1/access_token`: exchanges authorization codes and refresh tokens for token pairs. */

import { createHash } from 'node:crypto';
import { type Answer, Refusal } from '../answers.ts';
import { type Call, type Client, formOf, type World } from '../world.ts';
import type { Grant } from './grants.ts';
import { toTokenResponse } from './token-response.ts';

/**
 * @throws Refusal `invalid_request`, `invalid_client`, `invalid_grant`, `unsupported_grant_type`
 * @see https://developer.webex.com/docs/integrations#getting-an-access-token
 */
export function issueTokens(world: World, call: Call): Answer {
  const form = formOf(call);
  const grantType = requiredField(form, 'grant_type');
  const client = authenticateClient(world, call, form);
  if (grantType === 'authorization_code') return toTokenAnswer(world, exchangeCode(world, client, form));
  if (grantType === 'refresh_token')
    return toTokenAnswer(world, refreshGrant(world, client, form, call), { isRefresh: true });
  throw new Refusal(400, `The grant type ${grantType} is not supported.`, { code: 'unsupported_grant_type' });
}

const invalidRequest = (message: string) => new Refusal(400, message, { code: 'invalid_request' });

function requiredField(form: URLSearchParams, name: string): string {
  const values = form.getAll(name);
  if (values.length !== 1 || !values[0]) {
    throw invalidRequest(`The request is missing a required parameter or repeats it: ${name}.`);
  }
  return values[0];
}

/** The client identifies itself by HTTP Basic or in the body, and never in both ways. */
function authenticateClient(world: World, call: Call, form: URLSearchParams): Client {
  const basic = /^Basic\b *(.*)$/i.exec(call.headers.authorization ?? '')?.[1];
  if (basic !== undefined && form.has('client_secret')) {
    throw invalidRequest('The client must not authenticate in more than one way.');
  }
  const { clientId, clientSecret } =
    basic === undefined
      ? { clientId: requiredField(form, 'client_id'), clientSecret: requiredField(form, 'client_secret') }
      : basicCredentials(basic);
  const client = world.clients.get(clientId);
  if (client?.clientSecrets.includes(clientSecret)) return client;
  throw new Refusal(401, 'Client authentication failed.', {
    code: 'invalid_client',
    ...(basic !== undefined && { headers: { 'WWW-Authenticate': 'Basic realm="webex"' } }),
  });
}

/** Each part is form-encoded, so that a secret may hold a colon. @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function basicCredentials(encoded: string): { clientId: string; clientSecret: string } {
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
    return { clientId: decode(id), clientSecret: decode(secret) };
  } catch {
    return { clientId: '', clientSecret: '' };
  }
}

function exchangeCode(world: World, client: Client, form: URLSearchParams): Grant {
  const code = world.codes.take(requiredField(form, 'code'));
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

function refreshGrant(world: World, client: Client, form: URLSearchParams, call: Call): Grant {
  const refreshToken = requiredField(form, 'refresh_token');
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

function toTokenAnswer(world: World, grant: Grant, options: { isRefresh?: boolean } = {}): Answer {
  return {
    status: 200,
    headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
    json: toTokenResponse(world, grant, options),
  };
}
