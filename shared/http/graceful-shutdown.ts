/**
 * Lets a deployed function finish its work on SIGTERM. The framework alone exits at once, and a refresh that is cut off
 * between Webex's response and its commit can cost a customer the connection.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../ports.ts';

/**
 * Cloud Run kills the instance ten seconds after SIGTERM. @see
 * https://cloud.google.com/run/docs/container-contract#instance-shutdown
 */
const graceMs = 9_000;
/** Work without any call to a port for this long has ended, because between two calls it only computes. */
const quietMs = 100;

export interface GracefulShutdown {
  /** Aborted on SIGTERM: the function starts nothing new. */
  signal: AbortSignal;
  /** The same ports. The instance waits for their calls, even when the client that caused them has gone. */
  trackCalls<Tracked extends object>(ports: Tracked): Tracked;
}

/**
 * Replaces the framework's SIGTERM listener with the first request. By then the framework has added it, and before the
 * first request there is no work to lose.
 */
export function onSigterm(log: Pick<Log, 'info' | 'warn'>): GracefulShutdown {
  const shutdown = new AbortController();
  const calls = { running: 0, lastEndedAt: 0 };
  let server: Server | undefined;
  let requests = 0;

  async function exitWhenIdle(): Promise<void> {
    shutdown.abort();
    server?.close();
    const deadline = performance.now() + graceMs;
    const isBusy = () => requests > 0 || calls.running > 0 || performance.now() - calls.lastEndedAt < quietMs;
    while (isBusy() && performance.now() < deadline) await sleep(10);
    if (isBusy()) log.warn('shutdown_incomplete', { requests, calls: calls.running });
    else log.info('shutdown_complete');
    process.exit(0);
  }

  subscribe('http.server.request.start', (message) => {
    const { response, server: serving } = message as { response: ServerResponse; server: Server };
    if (!server) process.removeAllListeners('SIGTERM').once('SIGTERM', exitWhenIdle);
    server = serving;
    requests += 1;
    response.once('close', () => {
      requests -= 1;
    });
  });

  return {
    signal: shutdown.signal,
    trackCalls: (ports) =>
      Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [name, withCallCount(port, calls)]),
      ) as typeof ports,
  };
}

/** The same port; each call that returns a promise counts as running until the promise settles. */
function withCallCount<Port extends object>(port: Port, calls: { running: number; lastEndedAt: number }): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        if (!(result instanceof Promise)) return result;
        calls.running += 1;
        const countEnd = () => {
          calls.running -= 1;
          calls.lastEndedAt = performance.now();
        };
        result.then(countEnd, countEnd);
        return result;
      };
    },
  });
}
