/** Runs a command of the repository as its user does, in a folder of its own, so that no command touches the repository's data. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** @param file path of a source file from the repository's root */
export function startCommand(
  file: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): ChildProcess {
  return spawn(process.execPath, [join(root, file), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, METADATA_SERVER_DETECTION: 'none', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function runCommand(...command: Parameters<typeof startCommand>): Promise<Finished> {
  return finished(startCommand(...command));
}

/** Collects the output until the process has ended and its pipes are empty. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}
