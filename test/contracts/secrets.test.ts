/** The contract of the secrets port: one suite over files and Secret Manager (a stand-in, over REST). */

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { secretManagerSecrets } from '../../shared/adapters/google/secret-manager.ts';
import { fileSecrets } from '../../shared/adapters/local/file-secrets.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { Secrets } from '../../shared/ports.ts';
import { type SecretManager, startSecretManager } from '../support/secret-manager.ts';

interface Opened {
  secrets: Secrets;
  close(): Promise<void>;
}

async function inFiles(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const close = async () => rmSync(folder, { recursive: true });
  return { secrets: fileSecrets({ folder: join(folder, 'deep', 'er') }), close };
}

async function inSecretManager(): Promise<Opened> {
  const standIn = await startSecretManager();
  standIn.secrets.set('projects/test/secrets/sealing-keys', []);
  const secrets = secretManagerSecrets({ projectId: 'test', emulatorHost: standIn.host });
  return { secrets, close: standIn.close };
}

const engines = [
  { name: 'files', open: inFiles },
  { name: 'Secret Manager', open: inSecretManager },
];

describe.for(engines)('secrets in $name', ({ open }) => {
  let opened: Opened;
  let secrets: Secrets;

  beforeEach(async () => {
    opened = await open();
    secrets = opened.secrets;
  });
  afterEach(() => opened.close());

  const read = async () => (await secrets.read('sealing-keys')).reveal();
  const add = (value: string) => secrets.add('sealing-keys', new Secret(value));

  test('answer the value that was added last', async () => {
    await add('first');
    expect(await read()).toBe('first');
    await add('second');
    expect(await read()).toBe('second');
  });

  test.for(['{"keys":["ä","漢字"]}', ' spaces and\nlines\r\n', '\u0000', 'x'.repeat(65_000)])(
    'keep every character (%#)',
    async (value) => {
      await add(value);
      expect(await read()).toBe(value);
    },
  );

  test('are missing before a value was added, and when there is no such name', async () => {
    for (const name of ['sealing-keys', 'none']) {
      await expect(secrets.read(name)).rejects.toMatchObject({ code: 'secret_missing' });
    }
  });

  test('are read whole while others add new values', async () => {
    await add('0'.repeat(20_000));
    const adding = Array.from({ length: 10 }, (_, n) => add(String(n).repeat(20_000)));
    const seen = await Promise.all(Array.from({ length: 30 }, read));
    await Promise.all(adding);
    for (const value of seen) expect(value).toMatch(/^(\d)\1{19999}$/);
  });

  test('cannot be printed by mistake', async () => {
    await add('very-secret');
    const secret = await secrets.read('sealing-keys');
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain('very-secret');
  });

  test.for(['', '../outside', 'a/b', 'a:b', 'a b', '.', 'x'.repeat(256)])('refuse the name "%s"', async (name) => {
    await expect(secrets.read(name)).rejects.toThrow("Not a secret's name");
    await expect(secrets.add(name, new Secret('x'))).rejects.toThrow("Not a secret's name");
  });
});

describe('secrets in files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('can be read by their owner alone, and keep the value before the newest', async () => {
    const secrets = fileSecrets({ folder });
    for (const value of ['one', 'two', 'three']) await secrets.add('key', new Secret(value));
    expect(readdirSync(folder).sort()).toEqual(['key', 'key.previous']);
    expect(readFileSync(join(folder, 'key.previous'), 'utf8')).toBe('two');
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  test('are unavailable where their folder is not a folder', async () => {
    writeFileSync(join(folder, 'file'), '');
    const secrets = fileSecrets({ folder: join(folder, 'file') });
    await expect(secrets.read('key')).rejects.toMatchObject({ code: 'secrets_unavailable' });
    await expect(secrets.add('key', new Secret('x'))).rejects.toMatchObject({ code: 'secrets_unavailable' });
  });
});

describe('secrets in Secret Manager', () => {
  let standIn: SecretManager;
  let secrets: Secrets;

  beforeEach(async () => {
    standIn = await startSecretManager();
    standIn.secrets.set('projects/test/secrets/key', ['old']);
    secrets = secretManagerSecrets({ projectId: 'test', emulatorHost: standIn.host });
  });
  afterEach(() => standIn.close());

  test('keep their older versions', async () => {
    await secrets.add('key', new Secret('new'));
    expect(standIn.secrets.get('projects/test/secrets/key')).toEqual(['old', 'new']);
  });

  test('cannot be added before the secret is created', async () => {
    await expect(secrets.add('none', new Secret('x'))).rejects.toMatchObject({ code: 'secret_missing' });
  });

  // The SDK alone goes on for ten minutes: the test would time out.
  test('are unavailable while the service fails, with no value in the failure', async () => {
    standIn.failWith = 503;
    const failures = await Promise.all([
      secrets.read('key').catch((error) => error),
      secrets.add('key', new Secret('very-secret')).catch((error) => error),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: 'secrets_unavailable' });
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('very-secret');
    }
  });
});
