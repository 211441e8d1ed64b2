/** Says why a call through a customer's proxy failed, so that the record names the proxy and not Webex. Pure. */

import { Failure } from '../../domain/failure.ts';
import { proxyParts } from '../../domain/proxy.ts';
import { localAddressCode } from './proxy-agents.ts';

/** What is known of a call that got no response. */
export interface TransportError {
  code?: unknown;
  message?: unknown;
}

/** What happened, to follow the proxy's name. `temporary`: the next try may succeed. */
interface Reason {
  text: string;
  temporary?: true;
}

const reasonsByCode: Record<string, Reason> = {
  [localAddressCode]: { text: 'must not have a loopback, link-local or metadata address' },
  ENOTFOUND: { text: 'does not exist: its host name cannot be resolved' },
  EAI_AGAIN: { text: 'cannot be found at the moment: its host name cannot be resolved', temporary: true },
  ECONNREFUSED: { text: 'refuses connections: nothing listens on its port', temporary: true },
  ECONNRESET: { text: 'closes the connection', temporary: true },
  EPIPE: { text: 'closes the connection', temporary: true },
  ETIMEDOUT: { text: 'does not respond', temporary: true },
  ERR_ABORTED: { text: 'does not respond in time', temporary: true },
  EHOSTUNREACH: { text: 'cannot be reached', temporary: true },
  ENETUNREACH: { text: 'cannot be reached', temporary: true },
};

const certificateCode = /^(CERT_|ERR_TLS_CERT|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const tlsCode = /^(EPROTO|ERR_SSL_)/;

/**
 * The failure that the proxy caused; undefined when Webex may have caused it as well.
 * @param isTunnelOpen whether the proxy had opened the tunnel to Webex before the error
 */
export function toProxyFailure(error: TransportError, proxyUrl: string, isTunnelOpen: boolean): Failure | undefined {
  const code = String(error.code ?? '');
  const status = Number(/^Bad response: (\d{3})$/.exec(String(error.message))?.[1]);
  const reason = isTunnelOpen ? inTunnel(code) : beforeTunnel(code, status, String(error.message));
  if (!reason) return undefined;
  const { host } = proxyParts(proxyUrl);
  const cause = status ? `status ${status}` : code || 'no code';
  return new Failure('proxy_refused', `The customer's proxy ${host} ${reason.text}.`, {
    cause,
    ...(reason.temporary && { temporary: true }),
  });
}

function beforeTunnel(code: string, status: number, message: string): Reason {
  if (status === 407) return { text: 'requires a user name and password, or does not accept those in its URL' };
  if (status >= 500) return { text: `cannot reach Webex (status ${status})`, temporary: true };
  if (status) return { text: `does not allow connections to Webex (status ${status})` };
  if (certificateCode.test(code)) return { text: 'shows a certificate of its own that is not trusted' };
  if (tlsCode.test(code)) return { text: 'does not accept TLS connections: write http:// in its URL' };
  if (code.startsWith('HPE_')) return { text: 'does not answer as an HTTP proxy' };
  if (/proxy timeout/i.test(message)) return reasonsByCode.ETIMEDOUT!;
  return reasonsByCode[code] ?? { text: 'cannot be used', temporary: true };
}

/**
 * In an open tunnel only TLS can show that the proxy is the cause: a proxy that inspects it shows a certificate of its own.
 */
function inTunnel(code: string): Reason | undefined {
  if (certificateCode.test(code)) {
    return { text: 'inspects TLS: its certificate is not that of Webex. Exempt Webex from the inspection' };
  }
  return tlsCode.test(code) ? { text: 'lets no TLS connection to Webex pass' } : undefined;
}
