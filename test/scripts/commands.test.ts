import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import { runCommand } from '../support/run-command.ts';

let empty: string;
let local: string;
beforeAll(async () => {
  empty = mkdtempSync(join(tmpdir(), 'commands empty-'));
  local = mkdtempSync(join(tmpdir(), 'commands-'));
  mkdirSync(join(local, '.local'));
  await sqliteStore({ file: join(local, '.local/store.db') }).close();
});
afterAll(() => {
  for (const folder of [empty, local]) rmSync(folder, { recursive: true });
});

const operatorCommands = ['keys-init', 'keys-rotate', 'keys-reseal', 'keys-prune', 'scopes-check', 'breaker-release'];
const allCommands = [
  ...operatorCommands.map((name) => `scripts/${name}.ts`),
  'scripts/local-token.ts',
  'scripts/build.ts',
  'scripts/generate-client.ts',
  'scripts/bench.ts',
  'scripts/test-crash.ts',
  'test/simulate/main.ts',
  'local/start.mjs',
];

describe.each(allCommands)('%s', (file) => {
  it('prints its help and does nothing', async () => {
    const { status, stdout, stderr } = await runCommand(file, ['--help'], empty);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm (run|start)/);
  });

  it('refuses an argument that it does not know', async () => {
    const { status, stdout, stderr } = await runCommand(file, ['--no-such-argument'], empty);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--no-such-argument');
    expect(stderr).not.toContain('    at ');
  });
});

describe.each(operatorCommands)('%s', (name) => {
  const file = `scripts/${name}.ts`;

  it('does not create a local stack', async () => {
    const { status, stderr } = await runCommand(file, [], empty);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^There is no local stack in .*To work on a deployment, set GOOGLE_CLOUD_PROJECT\.\n$/);
  });

  it('does not change a deployment without a terminal or --yes', async () => {
    const { status, stdout, stderr } = await runCommand(file, [], empty, { GOOGLE_CLOUD_PROJECT: 'acme-prod' });
    expect(status).toBe(2);
    expect(stdout).toBe('Deployment: project acme-prod, database (default)\n');
    expect(stderr).toContain('add --yes');
  });

  it('says how to log in when there are no credentials', async () => {
    const { status, stderr } = await runCommand(file, ['--yes'], empty, { GOOGLE_CLOUD_PROJECT: 'acme-prod' });
    expect(status).toBe(1);
    expect(stderr).toContain('gcloud auth application-default login');
  });
});

describe('the commands for sealing keys', () => {
  it('name the local stack that they work on', async () => {
    const created = await runCommand('scripts/keys-init.ts', [], local);
    expect(created.stdout).toMatch(
      /^Deployment: the local stack in .*\.local \(.*\)\nCreated sealing-keys with the key /,
    );
    const rotated = await runCommand('scripts/keys-rotate.ts', [], local);
    expect(rotated.stdout).toContain('Documents with sealed texts: 0. Resealed: 0. Unreadable: 0.');
    const pruned = await runCommand('scripts/keys-prune.ts', [], local);
    expect(pruned.stdout).toContain('Removed: none');
    expect(await runCommand('scripts/keys-init.ts', [], local)).toMatchObject({ status: 1 });
  });
});
