/** Sends single requests to Webex over got. Everything that goes wrong leaves as a `Failure`, because got's errors hold the form and the tokens. */

import { Failure } from '../../domain/failure.ts';
import type { Proxies } from '../../domain/proxy.ts';
import type { Secret } from '../../domain/secret.ts';
import { proxyAgents, usedProxy } from './proxy-agents.ts';
import { type TransportError, toProxyFailure } from './proxy-failures.ts';
import type { WebexResponse } from './responses.ts';

/** For a whole call, the connection through a proxy included. */
const timeoutMs = 30_000;
/** Webex's longest pages have a few megabytes. */
const maxResponseBytes = 32 * 1024 * 1024;

/** The secret fields of the token endpoint's form. */
const secretFields = ['client_secret', 'refresh_token', 'code', 'code_verifier'];

export interface WebexRequest {
  method?: 'GET' | 'POST' | 'DELETE';
  form?: Record<string, string>;
  accessToken?: Secret;
  proxies?: Proxies;
  signal?: AbortSignal;
}

/** Resolves with any response, whatever its status; throws Failure `webex_unavailable` or `proxy_refused` without one. */
export type SendToWebex = (url: string, request: WebexRequest) => Promise<WebexResponse>;

export interface HttpOptions {
  /** Customers' proxies may have loopback and link-local addresses. */
  allowLocalProxies?: boolean;
  /** One more trusted certificate authority, for tests. */
  certificateAuthority?: string;
}

/** @param usesTls whether Webex's address is an HTTPS one: it decides which of a customer's two proxies is used */
export function webexHttp(usesTls: boolean, options: HttpOptions): SendToWebex {
  const { allowLocalProxies = false, certificateAuthority } = options;
  const agentsFor = proxyAgents({ usesTls, allowLocal: allowLocalProxies, connectMs: timeoutMs });

  return async (url, request) => {
    const { default: got } = await import('got');
    const proxy = usedProxy(request.proxies, usesTls);
    const agent = await agentsFor(proxy);
    const tooLarge = new AbortController();
    // Webex repeats this id in its response and its logs, so its support finds even a call that got no response.
    const trackingId = `WCA_${crypto.randomUUID()}`;
    try {
      const responding = got(url, {
        method: request.method ?? 'GET',
        ...(request.form && { form: request.form }),
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': 'webex-customer-access',
          trackingid: trackingId,
          ...(request.accessToken && { authorization: `Bearer ${request.accessToken.reveal()}` }),
        },
        agent,
        ...(certificateAuthority && { https: { certificateAuthority } }),
        timeout: { request: timeoutMs },
        // The flows decide on retries. A redirect would take the token to another host.
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        // got would inflate without a limit.
        decompress: false,
        responseType: 'buffer',
        signal: AbortSignal.any([tooLarge.signal, ...(request.signal ? [request.signal] : [])]),
      });
      responding.on('downloadProgress', ({ transferred }) => {
        if (transferred > maxResponseBytes) tooLarge.abort();
      });
      const { statusCode, body, headers, ok } = await responding;
      const text = await inflate(body, headers['content-encoding']);
      return {
        status: statusCode,
        sentTrackingId: trackingId,
        body: parseJson(ok ? text : withoutSecrets(text, request)),
        header: (name) => [headers[name]].flat()[0],
      };
    } catch (error) {
      throw toFailure(error as RequestError, proxy, trackingId);
    }
  };
}

/** The text of a body, of at most `maxResponseBytes` also when it was compressed. */
async function inflate(body: Uint8Array, encoding: string | undefined): Promise<string> {
  if (encoding !== 'gzip') return Buffer.from(body).toString();
  const [{ gunzip }, { promisify }] = await Promise.all([import('node:zlib'), import('node:util')]);
  return (await promisify(gunzip)(body, { maxOutputLength: maxResponseBytes })).toString();
}

/** got's error with what it knows of the connection: it has a socket once a proxy has opened the tunnel. */
type RequestError = TransportError & { timings?: { socket?: number } };

function toFailure(error: RequestError, proxy: string | undefined, trackingId: string): Failure {
  const byProxy = proxy && toProxyFailure(error, proxy, error.timings?.socket !== undefined);
  if (byProxy) return byProxy;
  const cause = typeof error.code === 'string' ? error.code : 'no code';
  const way = proxy ? " through the customer's proxy" : '';
  return new Failure('webex_unavailable', `Webex could not be reached${way}.`, { cause, trackingId });
}

/** The text of an error may be logged, and some gateways repeat what they were sent. */
function withoutSecrets(body: string, { form = {}, accessToken }: WebexRequest): string {
  const secrets = secretFields.flatMap((field) => form[field] ?? []).concat(accessToken?.reveal() ?? []);
  // A shorter value was not issued by Webex but typed by a person, and removing it would garble Webex's text.
  return secrets
    .filter(({ length }) => length >= 8)
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), body);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
