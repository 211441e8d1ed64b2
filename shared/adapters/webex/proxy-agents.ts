/** Agents that tunnel a customer's traffic through its own proxy (HTTP CONNECT), and refuse a proxy that leads back to us. */

import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { setBounded } from '../../domain/bounded-map.ts';
import { Failure } from '../../domain/failure.ts';
import { isLocalAddress, type Proxies, proxyParts, proxyProblem } from '../../domain/proxy.ts';

export interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** For how many proxies open tunnels are reused by the next call. */
const maxProxies = 500;
/** The code of an error for a proxy whose name resolves to a local address. */
export const localAddressCode = 'EPROXYLOCAL';

export interface ProxyOptions {
  /** Whether Webex's address is an HTTPS one. */
  usesTls: boolean;
  /** Proxies may have loopback and link-local addresses. */
  allowLocal: boolean;
  /** How long a proxy may take to open the tunnel. */
  connectMs: number;
}

/** Which of a customer's two proxies is used. */
export function usedProxy(proxies: Proxies | undefined, usesTls: boolean): string | undefined {
  return usesTls ? (proxies?.https ?? proxies?.http) : proxies?.http;
}

/**
 * Gives the agents for a proxy's URL, or for a direct connection without one.
 * The returned function throws Failure `proxy_refused` for a URL that is not allowed.
 */
export function proxyAgents(options: ProxyOptions): (url: string | undefined) => Promise<Agents> {
  let direct: Promise<Agents> | undefined;
  const agentsByProxy = new Map<string, Promise<Agents>>();

  return async (url) => {
    if (url === undefined) {
      direct ??= directAgents();
      return direct;
    }
    const problem = proxyProblem(url, options.allowLocal);
    if (problem) throw new Failure('proxy_refused', `The customer's proxy ${problem}.`);
    const agents = agentsByProxy.get(url) ?? tunnelAgents(url, options);
    setBounded(agentsByProxy, url, agents, maxProxies);
    return agents;
  };
}

async function tunnelAgents(url: string, { allowLocal, connectMs }: ProxyOptions): Promise<Agents> {
  const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
  const agentOptions = {
    keepAlive: true,
    // hpagent wants a host without brackets, and fails on a percent sign that encodes nothing.
    proxy: proxyParts(url) as URL,
    timeout: connectMs,
    // hpagent passes all of this to node:http, but its types name only some options.
    proxyRequestOptions: allowLocal ? {} : Object.assign({ headers: {} }, { lookup: lookupPublicAddress }),
  };
  return { http: new HttpProxyAgent(agentOptions), https: new HttpsProxyAgent(agentOptions) };
}

/** Loads Node's modules with the first call: `node:http` loads all of undici for one of its exports. */
async function directAgents(): Promise<Agents> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  return { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
}

/**
 * Resolves a name and checks its addresses in one step. The checked address is the one that is connected to, so a name that
 * resolves differently the next time (DNS rebinding) gains nothing.
 */
export const lookupPublicAddress: LookupFunction = async (hostname, options, done) => {
  const { lookup } = await import('node:dns');
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    if (addresses.some(({ address }) => isLocalAddress(address))) {
      return done(Object.assign(new Error('A local address.'), { code: localAddressCode }), []);
    }
    if (options.all) return done(null, addresses);
    done(null, addresses[0]!.address, addresses[0]!.family);
  });
};
