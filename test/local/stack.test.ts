import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type Finished, finished, runCommand, startCommand } from '../support/run-command.ts';

let folder: string;
let port: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local stäck-'));
  port = String(await freePort());
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

/** Starts a stack and returns once its output contains the text. */
async function startUntil(text: string): Promise<{ child: ChildProcess; output(): string; result: Promise<Finished> }> {
  const child = startCommand('local/start.mjs', [], folder, { PORT: port });
  children.push(child);
  const result = finished(child);
  let output = '';
  const reached = new Promise<void>((resolve) => {
    child.stdout!.on('data', (chunk) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
  });
  const early = result.then(({ stdout, stderr }) => {
    if (!stdout.includes(text)) throw new Error(`The stack has ended: ${stdout}${stderr}`);
  });
  await Promise.race([reached, early]);
  return { child, output: () => output, result };
}

describe('npm start', { timeout: 60_000 }, () => {
  it('prints addresses that all lead to a page, and a token command that works as printed', async () => {
    const { child, output, result } = await startUntil('ready:');
    const addresses = [...output().matchAll(/https?:\/\/\S+/g)].map(([address]) => address);
    expect(addresses).toContain(`http://localhost:${port}`);
    for (const address of addresses.filter((each) => each.startsWith('http://localhost'))) {
      expect([address, (await fetch(address)).status]).toEqual([address, 200]);
    }
    const page = await (await fetch(`http://localhost:${port}/`)).text();
    for (const [, address] of page.matchAll(/href="(http:\/\/localhost[^"]+)"/g))
      expect((await fetch(address!)).status).toBe(200);

    expect(output()).toContain('npm run --silent local:token');
    const { stdout: token } = await runCommand('scripts/local-token.ts', [], folder);
    const headers = { authorization: `Bearer ${token.trim()}` };
    expect((await fetch(`http://localhost:${port}/customers/`, { headers })).status).toBe(200);

    child.kill('SIGINT');
    expect(await result).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'starts without waiting after %s in the middle of its work',
    async (signal) => {
      const interrupted = await startUntil('connecting through the OAuth flow');
      interrupted.child.kill(signal);
      expect((await interrupted.result).stderr).toBe('');
      const { output } = await startUntil('ready:');
      expect(output()).toMatch(/Globex +active/);
      const log = readFileSync(join(folder, '.local/log.jsonl'), 'utf8');
      expect(log).not.toContain('"severity":"ERROR"');
    },
  );

  it('refuses a second stack on the same data', async () => {
    await startUntil('ready:');
    const second = await runCommand('local/start.mjs', [], folder, { PORT: String(await freePort()) });
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(
      /^Another local stack \(process \d+, http:\/\/localhost:\d+\) uses .*\. Stop it first\.\n$/,
    );
  });

  it.each([
    [{ PORT: '0' }, 'PORT is not a port number from 1 to 65535.'],
    [
      { WEBEX_CLIENT_ID: 'C1' },
      'WEBEX_CLIENT_SECRET is not set. Set both for the real Webex, neither for the stand-in.',
    ],
  ])('refuses %o', async (env, problem) => {
    const refused = await runCommand('local/start.mjs', [], folder, { PORT: port, ...env });
    expect(refused).toEqual({ status: 1, stdout: '', stderr: `${problem}\n` });
  });
});
