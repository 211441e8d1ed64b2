/** Runs the functions as they are deployed: each in its own process, from the unpacked zip, with only the framework installed. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { type PluginName, provided } from '../../scripts/build/bundle.ts';
import { buildFunction, functionNames } from '../../scripts/build.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const modules = join(import.meta.dirname, '../../node_modules');
const frameworkMain = join(modules, '@google-cloud/functions-framework/build/src/main.js');
const patienceMs = 30_000;

/** Builds all functions and unpacks each zip into a folder of its name. A module that a bundle lacks cannot be found there. */
export async function unpackBundles(without?: PluginName[]): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  for (const name of provided) {
    mkdirSync(join(folder, 'node_modules', dirname(name)), { recursive: true });
    symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  }
  for (const name of functionNames) {
    const { zip } = await buildFunction(name, without);
    for (const [path, content] of Object.entries(unzipSync(zip))) {
      mkdirSync(dirname(join(folder, name, path)), { recursive: true });
      writeFileSync(join(folder, name, path), content);
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs the script of the platform's build in an unpacked function's folder. Returns the folder of the compile cache. */
export async function fillCompileCache(folder: string): Promise<string> {
  const env = { PATH: process.env.PATH, METADATA_SERVER_DETECTION: 'none', PORT: String(await freePort()) };
  await run(process.execPath, ['compile-cache.mjs'], { cwd: folder, env });
  return join(folder, 'compile-cache');
}

export interface Deployed {
  /** The function's name, or what its module exports under it. */
  target: string;
  /** The folder of its package.json, or its entry file. */
  source: string;
  env?: Record<string, string>;
  /** Options of node. */
  options?: string[];
}

export interface FunctionProcess {
  url: string;
  child: ChildProcess;
  /** Everything written to standard output and standard error so far. */
  output(): string;
  /** Resolves when the port accepts connections. @throws Error when the process ends before */
  listening(): Promise<void>;
  /** Ends the process, by default as the platform does, and kills it after 12 seconds. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the framework's own entry point as the platform does, with the function named by the environment. */
export async function startFunction({ target, source, env, options = [] }: Deployed): Promise<FunctionProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [...options, frameworkMain], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      FUNCTION_TARGET: target,
      FUNCTION_SOURCE: source,
      PORT: String(port),
      // The token page answers on its own host only.
      OAUTH_URL: `http://127.0.0.1:${port}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  // `exit` may come while its last lines are still in the pipes; `close` comes when they have been read.
  const ended = once(child, 'close');
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    output: () => output,
    async listening() {
      const endsAt = performance.now() + patienceMs;
      while (!(await takesConnections(port))) {
        if (child.exitCode !== null) await ended;
        if (child.exitCode !== null || performance.now() > endsAt)
          throw new Error(`${target} does not start:\n${output}`);
        await sleep(1);
      }
    },
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      // It ends by itself within the platform's ten seconds. Killed, its exit code is null.
      const killing = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await ended;
      clearTimeout(killing);
    },
  };
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const [connected] = await Promise.race([
    once(socket, 'connect').then(() => [true]),
    new Promise<boolean[]>((resolve) => socket.once('error', () => resolve([false]))),
  ]).catch(() => [false]);
  socket.destroy();
  return connected!;
}
