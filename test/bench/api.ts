/**
 * `npm run bench -- api [--seconds 8]`: requests a second and latencies of get, list and patch, beside a bare functions-framework
 * handler that makes the same store calls, in turn and in the same run. The last line is one JSON object.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { parseCommandLine } from '../../local/command-line.ts';
import type { Ready } from './parts/api-child.ts';

/** Requests under way at a time. */
const concurrency = 16;
/** Turns of a tenth of a second, so that other work on the machine slows both alike. */
const turnMs = 100;

interface Load {
  method: string;
  path: string;
  body?: string;
}

interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
}

export async function main(args: string[]): Promise<void> {
  const { seconds } = parseCommandLine(
    {
      command: 'npm run bench -- api',
      purpose: 'Measures get, list and patch beside a bare handler that makes the same store calls.',
      options: { seconds: { type: 'string', default: '8', help: 'Duration of each measurement.' } },
    },
    args,
  );
  const child = fork(new URL('./parts/api-child.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [ready] = (await once(child, 'message')) as [Ready];
    const loads: Record<string, Load> = {
      get: { method: 'GET', path: `/${ready.id}` },
      list: { method: 'GET', path: '/?hierarchy=sys' },
      patch: { method: 'PATCH', path: `/${ready.id}`, body: '' },
    };
    const result: Record<string, unknown> = { bench: 'api' };
    for (const [name, load] of Object.entries(loads)) {
      const compared = await compare(load, ready, Number(seconds) * 1000);
      console.log(`${name}: ${JSON.stringify(compared)}`);
      result[name] = compared;
    }
    console.log(JSON.stringify(result));
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

async function compare(load: Load, ready: Ready, ms: number): Promise<{ ours: Figures; bare: Figures; ratio: number }> {
  const bareLoad = { ...load, path: load.path.split('?')[0]! };
  const [ours, bare] = [driver(ready.ours, load, ready.token), driver(ready.bare, bareLoad, ready.token)];
  await ours.drive(500);
  await bare.drive(500);
  ours.forget();
  bare.forget();
  for (let left = ms; left > 0; left -= turnMs) {
    await bare.drive(turnMs);
    await ours.drive(turnMs);
  }
  const figures = { ours: ours.figures(), bare: bare.figures() };
  ours.end();
  bare.end();
  return { ...figures, ratio: Math.round((figures.ours.perSecond / figures.bare.perSecond) * 100) / 100 };
}

let serial = 0;

function driver(url: string, load: Load, token: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let took: number[] = [];
  let spentMs = 0;
  return {
    async drive(ms: number): Promise<void> {
      const startedAt = performance.now();
      async function worker(): Promise<void> {
        while (performance.now() - startedAt < ms) {
          const before = performance.now();
          await send(agent, url, load, token);
          took.push(performance.now() - before);
        }
      }
      await Promise.all(Array.from({ length: concurrency }, worker));
      spentMs += performance.now() - startedAt;
    },
    forget(): void {
      took = [];
      spentMs = 0;
    },
    figures(): Figures {
      const sorted = took.toSorted((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 100) / 100;
      return { perSecond: Math.round((took.length / spentMs) * 1000), p50: at(0.5), p99: at(0.99) };
    },
    end: () => agent.destroy(),
  };
}

function send(agent: Agent, url: string, { method, path, body }: Load, token: string): Promise<void> {
  const text = body === undefined ? undefined : JSON.stringify({ shadow: [{ name: `Shadow ${serial++}` }] });
  const headers = {
    authorization: `Bearer ${token}`,
    ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'if-match': '*' }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        // Of several simultaneous edits of one record some get `busy`.
        if (response.statusCode === 200 || (method === 'PATCH' && response.statusCode! < 600)) resolve();
        else reject(new Error(`${method} ${path} answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}
