import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../../local/webex/main.ts');

async function run(...args: string[]): Promise<{ code: number | null; out: string; error: string }> {
  const child = spawn(process.execPath, [main, ...args]);
  let [out, error] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
    // The address is the first line of a stand-in that runs.
    if (out.startsWith('http://')) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, out, error };
}

it('prints the address and ends by a signal', async () => {
  expect(await run('--port', '0')).toEqual({ code: 0, out: expect.stringMatching(/^http:\/\/127\S+\n$/), error: '' });
});

it('explains its options, and refuses unknown ones', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--redirect-uri') });
  const refused = await run('--prot', '1');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.error).toMatch(/--prot[\s\S]*--port PORT/);
  expect(await run('--port', 'x')).toMatchObject({ code: 1, error: expect.stringMatching(/^[^\n]*NaN[^\n]*\n$/) });
});
