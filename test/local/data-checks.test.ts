import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkData } from '../../local/data-checks.ts';
import { newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { localQueue } from '../../shared/adapters/local/sqlite-queue.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const keyring = JSON.stringify({ keys: [newSealingKey('k-1')] });

async function storeCustomer(): Promise<void> {
  const store = sqliteStore({ file: join(folder, 'store.db') });
  await store.commit([{ set: 'customers/c-1', data: { name: 'Acme' } }]);
  await store.close();
}

describe('the data of the local stack', () => {
  it('is accepted when it is new, and when it is in order', async () => {
    checkData(folder);
    await storeCustomer();
    await localQueue({ file: join(folder, 'queue.db') }).close();
    write('webex.json', '[]');
    write('secrets/sealing-keys', keyring);
    checkData(folder);
  });

  it.each(['store.db', 'queue.db', 'webex.json', 'secrets/sealing-keys'])(
    'names %s when it contains rubbish, and the remedy',
    (name) => {
      write(name, 'rubbish '.repeat(1000));
      expect(() => checkData(folder)).toThrow(
        new RegExp(`${name} is damaged .*: restore it from a backup, or delete ${folder} `),
      );
    },
  );

  it('names a database that was cut off', async () => {
    await storeCustomer();
    writeFileSync(join(folder, 'store.db'), Buffer.alloc(100), { flag: 'r+' });
    expect(() => checkData(folder)).toThrow('store.db is damaged');
  });

  it('offers the previous version of a secret', () => {
    write('secrets/sealing-keys', '{}');
    write('secrets/sealing-keys.previous', keyring);
    expect(() => checkData(folder)).toThrow('restore it from ');
    expect(() => checkData(folder)).toThrow('sealing-keys.previous');
  });

  it('must have its sealing keys once it has customers: new keys could not open their tokens', async () => {
    await storeCustomer();
    expect(() => checkData(folder)).toThrow('secrets/sealing-keys is damaged (missing');
  });

  it('cannot be in a folder that does not accept files', () => {
    expect(() => checkData('/dev/null/local')).toThrow(/^Cannot write to \/dev\/null\/local \(ENOTDIR\)/);
  });
});
