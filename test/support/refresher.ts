/** Starts processes that renew what is due (refresh-process.ts) and speaks with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Order, Place } from './refresh-orders.ts';

export interface Refresher {
  /** Resolves when the process has loaded everything. */
  ready: Promise<void>;
  /** Ids of the events that it has published so far. */
  published: string[];
  /** Begins a run; resolves with its answer, or with undefined when the process ends before. */
  run(order: Order): Promise<Answer | undefined>;
  /** Resolves when the process is gone. */
  ended: Promise<void>;
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Lets it end by itself. */
  end(): Promise<void>;
}

/** @param script the process's code, where it was bundled for a quicker start */
export function startRefresher(
  place: Place,
  options: { script?: string; env?: Record<string, string> } = {},
): Refresher {
  const { script = join(import.meta.dirname, 'refresh-process.ts') } = options;
  const child: ChildProcess = spawn(process.execPath, [script, JSON.stringify(place)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, METADATA_SERVER_DETECTION: 'none', ...options.env },
  });
  const gone = once(child, 'close').then(() => {});
  const published: string[] = [];
  let tellReady = () => {};
  let tellDone: (answer: Answer) => void = () => {};
  const readyLine = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    if (answer.ready) tellReady();
    if (answer.published) published.push(answer.published);
    if (answer.done) tellDone(answer);
  });
  // Writing to a process that has just been killed fails, which does no harm.
  child.stdin!.on('error', () => {});
  return {
    ready: Promise.race([
      readyLine,
      gone.then(() => {
        throw new Error('A refreshing process ended before it was ready.');
      }),
    ]),
    published,
    ended: gone,
    run(order) {
      const done = new Promise<Answer>((resolve) => {
        tellDone = resolve;
      });
      child.stdin!.write(`${JSON.stringify(order)}\n`);
      return Promise.race([done, gone.then(() => undefined)]);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      child.stdin!.end();
      await gone;
    },
  };
}
