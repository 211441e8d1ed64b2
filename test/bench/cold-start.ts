/** One cold start: a process as the platform starts it, and the time until it has answered its first request. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const framework = join(import.meta.dirname, '../../node_modules/@google-cloud/functions-framework/build/src/main.js');
const patienceMs = 20_000;

export interface Subject {
  /** The exported or registered function. */
  target: string;
  /** Folder of its package.json, or its entry file. */
  source: string;
  env?: Record<string, string>;
  /** Options of node. */
  options?: string[];
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

/** @throws Error when the process ends or answers something else */
export async function coldStart({ target, source, env, options, request, status }: Subject): Promise<ColdStart> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(options ?? []), framework], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      FUNCTION_TARGET: target,
      FUNCTION_SOURCE: source,
      PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'exit');
  try {
    while (!(await takesConnections(port))) {
      if (child.exitCode !== null || performance.now() - startedAt > patienceMs)
        throw new Error(`${target} does not start:\n${output}`);
      await sleep(1);
    }
    const listeningMs = performance.now() - startedAt;
    const { path = '/', ...rest } = request;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...rest,
      headers: { connection: 'close', ...rest.headers },
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await response.text();
    const answeredMs = performance.now() - startedAt;
    const cpuMs = cpuTime(child.pid!);
    if (response.status !== status) throw new Error(`${target} answered ${response.status}:\n${text}\n${output}`);
    return { listeningMs, answeredMs, cpuMs };
  } finally {
    // SIGTERM: a clean exit, after which a compile cache is on the disk.
    child.kill('SIGTERM');
    const killed = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(killed);
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function cpuTime(pid: number): number | undefined {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return undefined;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}
