/**
 * Ends a deployed function without cutting off what it is doing: a refresh that is cut off between Webex's answer and its
 * commit may cost a customer its connection. The framework by itself exits at once on SIGTERM.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../ports.ts';

/** Cloud Run kills ten seconds after SIGTERM. @see https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const graceMs = 9_000;
/** Work that asks nothing of the outside for so long has ended: between two calls it only computes. */
const quietMs = 100;

export interface Drain {
  /** Aborted when the instance is told to end: nothing new is to be taken up. */
  signal: AbortSignal;
  /** The same outside; while a call to it is under way the instance lasts, whether or not its client still waits. */
  keptBy<Part extends object>(ports: Part): Part;
}

/**
 * Takes SIGTERM over with the first request: by then the framework has put its own listener in place. Before it there is
 * nothing to lose.
 */
export function drainOnTerm(log: Pick<Ports['log'], 'info' | 'warn'>): Drain {
  const ending = new AbortController();
  let server: Server | undefined;
  let [requests, calls, lastCallAt] = [0, 0, 0];

  async function end(): Promise<void> {
    ending.abort();
    server?.close();
    const endsAt = performance.now() + graceMs;
    const isBusy = () => requests > 0 || calls > 0 || performance.now() - lastCallAt < quietMs;
    while (isBusy() && performance.now() < endsAt) await sleep(10);
    if (isBusy()) log.warn('instance_cut', { requests, calls });
    else log.info('instance_ended');
    process.exit(0);
  }

  subscribe('http.server.request.start', (message) => {
    const { response, server: serving } = message as { response: ServerResponse; server: Server };
    if (!server) process.removeAllListeners('SIGTERM').once('SIGTERM', end);
    server = serving;
    requests += 1;
    response.once('close', () => {
      requests -= 1;
    });
  });

  function counted<T extends object>(port: T): T {
    return new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          const result: unknown = member.apply(target, args);
          if (!(result instanceof Promise)) return result;
          calls += 1;
          const leave = () => {
            calls -= 1;
            lastCallAt = performance.now();
          };
          result.then(leave, leave);
          return result;
        };
      },
    });
  }

  return {
    signal: ending.signal,
    keptBy: (ports) =>
      Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, counted(port)])) as typeof ports,
  };
}
