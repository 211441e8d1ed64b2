/** One cold start: a process as the platform starts it, and the time until it has answered its first request. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Deployed, startFunction } from '../support/deployed.ts';

const patienceMs = 20_000;

export interface Subject extends Deployed {
  request: { path?: string; method?: string; headers?: Record<string, string>; body?: string };
  /** What the answer must be; anything else is an error of the bench. */
  status: number;
}

export interface ColdStart {
  /** Process start → the port takes connections. */
  listeningMs: number;
  /** Process start → the whole first answer is here. */
  answeredMs: number;
  /** Processor time until then, of all threads; what else the machine does hardly changes it. Linux only. */
  cpuMs: number | undefined;
}

/**
 * @param ending SIGTERM ends it cleanly, and what was compiled is then added to its compile cache
 * @throws Error when the process ends or answers something else
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
