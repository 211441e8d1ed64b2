/** Agents that lead a customer's traffic through its own proxy by CONNECT, and refuse a proxy that leads back to us. */

import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Failure } from '../../domain/failure.ts';
import { isLocalAddress, type Proxies, proxyProblem } from '../../domain/proxy.ts';

export interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** Agents kept for customers with proxies of their own; the oldest goes first. */
const agentsKept = 500;
const localAddress = 'EPROXYLOCAL';

/** @param connectMs how long a proxy may take to open the tunnel */
export function proxyAgents(options: { https: boolean; allowLocal: boolean; connectMs: number }) {
  let direct: Promise<Agents> | undefined;
  const kept = new Map<string, Promise<Agents>>();

  async function through(url: string): Promise<Agents> {
    const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
    const to = {
      keepAlive: true,
      proxy: url,
      timeout: options.connectMs,
      // hpagent hands all of it to node:http, but its types name only some.
      proxyRequestOptions: options.allowLocal ? {} : Object.assign({ headers: {} }, { lookup: lookupOutside }),
    };
    return { http: new HttpProxyAgent(to), https: new HttpsProxyAgent(to) };
  }

  return {
    /** @throws Failure `proxy_refused` */
    async agentsFor(proxies: Proxies = {}): Promise<Agents> {
      const url = options.https ? (proxies.https ?? proxies.http) : proxies.http;
      if (!url) {
        direct ??= straight();
        return direct;
      }
      const problem = proxyProblem(url, options.allowLocal);
      if (problem) throw new Failure('proxy_refused', `The customer's proxy ${problem}.`);
      const agents = kept.get(url) ?? through(url);
      kept.delete(url);
      kept.set(url, agents);
      if (kept.size > agentsKept) kept.delete(kept.keys().next().value!);
      return agents;
    },
  };
}

/** Modules of Node are loaded with the first use here: `node:http` loads all of undici for one of its exports. */
async function straight(): Promise<Agents> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  return { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) };
}

/**
 * Resolves and judges in one step, so that a name which resolves differently the next time (DNS rebinding) gains
 * nothing: what was judged is what is connected to.
 */
export const lookupOutside: LookupFunction = async (hostname, options, done) => {
  const { lookup } = await import('node:dns');
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, []);
    if (addresses.some(({ address }) => isLocalAddress(address))) {
      return done(Object.assign(new Error('A local address.'), { code: localAddress }), []);
    }
    if (options.all) return done(null, addresses);
    done(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/** The failure, where an error of a request tells of its proxy: a refused address, or another answer than a tunnel. */
export function toProxyFailure(error: { code?: unknown; message?: unknown }): Failure | undefined {
  if (error.code === localAddress) {
    return new Failure('proxy_refused', "The customer's proxy lies at an address that is not allowed.");
  }
  const status = /^Bad response: (\d{3})$/.exec(String(error.message))?.[1];
  if (!status) return undefined;
  return new Failure('proxy_refused', "The customer's proxy refuses the connection.", { cause: `status ${status}` });
}
