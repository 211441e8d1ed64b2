import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastAddress, lockData } from '../../local/data-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const url = 'http://localhost:18080';

describe('the lock of the local data', () => {
  it('refuses a second owner and names the first', () => {
    const lock = lockData(folder, url);
    const problem = `Another local stack (process ${process.pid}, ${url}) uses ${folder}. Stop it first.`;
    expect(() => lockData(folder, 'http://localhost:18081')).toThrow(problem);
    lock.release();
    lockData(folder, url).release();
  });

  it('is free as soon as its owner is killed', async () => {
    const module = join(import.meta.dirname, '../../local/data-lock.ts');
    const code = `import { lockData } from ${JSON.stringify(module)}; lockData(${JSON.stringify(folder)}, ''); console.log('locked'); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(owner.stdout, 'data');
    expect(() => lockData(folder, url)).toThrow(`process ${owner.pid}`);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    lockData(folder, url).release();
  });

  it('remembers the address of the stack that was started last', () => {
    expect(lastAddress(join(folder, 'none'))).toBeUndefined();
    lockData(folder, url).release();
    expect(lastAddress(folder)).toBe(url);
  });
});
