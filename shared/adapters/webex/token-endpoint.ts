/** Requests tokens from Webex with the integration's credentials; tries its client secrets in turn. */

import type { Failure } from '../../domain/failure.ts';
import type { TokenPair } from '../../domain/grant.ts';
import { exchangeMs } from '../../domain/lease.ts';
import type { Proxies } from '../../domain/proxy.ts';

import type { Clock, Integration } from '../../ports.ts';
import type { SendToWebex, WebexRequest } from './http.ts';
import { toTokenFailure } from './refusals.ts';
import { toTokenPair } from './token-response.ts';

/** Sends one token request, given the form without the credentials. */
export type RequestTokens = (form: Record<string, string>, proxies?: Proxies) => Promise<TokenPair>;

/**
 * All client secrets together have `exchangeMs`, because a lease must outlast the request.
 * @param clock read before each request is sent: lifetimes count from there
 */
export function tokenEndpoint(
  url: string,
  integration: () => Promise<Integration>,
  clock: Pick<Clock, 'now'>,
  send: SendToWebex,
): RequestTokens {
  let lastAccepted: string | undefined;

  return async (form, proxies) => {
    const request: WebexRequest = {
      method: 'POST',
      signal: AbortSignal.timeout(exchangeMs),
      ...(proxies && { proxies }),
    };
    const { clientId, clientSecrets } = await integration();
    const inTurn = clientSecrets.toSorted(
      (a, b) => Number(b.reveal() === lastAccepted) - Number(a.reveal() === lastAccepted),
    );
    let refusal: Failure | undefined;
    for (const secret of inTurn) {
      const client = { client_id: clientId, client_secret: secret.reveal() };
      const requestedAt = clock.now();
      const response = await send(url, { ...request, form: { ...form, ...client } });
      if (response.status >= 200 && response.status <= 299) {
        lastAccepted = secret.reveal();
        return toTokenPair(response, requestedAt);
      }
      const failure = toTokenFailure(response, clock.now());
      if (!mayBeTheSecret(failure, response.status)) throw failure;
      // The clearest refusal is reported, whichever secret it was for.
      if (refusal?.code !== 'client_refused') refusal = failure;
    }
    throw refusal!;
  };
}

/** Whether another client secret could help: Webex refuses this one, or denies access without saying why. */
function mayBeTheSecret(failure: Failure, status: number): boolean {
  return (
    failure.code === 'client_refused' || (failure.code === 'webex_unexpected' && (status === 401 || status === 403))
  );
}
