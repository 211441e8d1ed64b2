/** Measures one cold start: the platform's entry point in a new process, until it has answered its first request. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Deployed, startFunction } from '../../support/deployed.ts';

const patienceMs = 20_000;

export interface Subject extends Deployed {
  request: { path?: string; method?: string; headers?: Record<string, string>; body?: string };
  /** The expected status; the bench fails on any other. */
  status: number;
}

export interface ColdStart {
  /** From process start until the port accepts connections. */
  listeningMs: number;
  /** From process start until the first response has arrived completely. */
  answeredMs: number;
  /** Processor time of all threads until then. Other work on the machine hardly changes it. Linux only. */
  cpuMs: number | undefined;
}

/**
 * @param ending SIGTERM ends the process cleanly, and Node then writes its compile cache
 * @throws Error when the process ends, or answers with another status
 */
export async function coldStart(subject: Subject, ending: NodeJS.Signals = 'SIGKILL'): Promise<ColdStart> {
  const {
    request: { path = '/', ...request },
    status,
    ...deployed
  } = subject;
  const startedAt = performance.now();
  const started = await startFunction(deployed);
  try {
    await started.listening();
    const listeningMs = performance.now() - startedAt;
    const headers = { connection: 'close', ...request.headers };
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`${started.url}${path}`, { ...request, headers, signal });
    const text = await response.text();
    const answeredMs = performance.now() - startedAt;
    const cpuMs = cpuTime(started.child.pid!);
    if (response.status !== status)
      throw new Error(`${deployed.target} answered ${response.status}:\n${text}\n${started.output()}`);
    return { listeningMs, answeredMs, cpuMs };
  } finally {
    await started.end(ending);
  }
}

/** @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function cpuTime(pid: number): number | undefined {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return undefined;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}
