/** Secrets as files that only their owner may read: for development and a machine of one's own. */

import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Secrets } from '../../ports.ts';

/** What Secret Manager takes as a name: nothing that could leave the folder. */
const namePattern = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * One file per name in `folder`; the value before the newest stays beside it as `{name}.previous`.
 * @throws Failure `secret_missing`, `secrets_unavailable`; `Error` for a name that Secret Manager would not take
 */
export function fileSecrets({ folder }: { folder: string }): Secrets {
  return {
    async read(name) {
      const file = fileOf(folder, name);
      const text = await guard(() => unlessAbsent(readFile(file, 'utf8')));
      if (text === undefined) throw new Failure('secret_missing', `There is no secret named ${name}.`);
      return new Secret(text);
    },
    async add(name, value) {
      const file = fileOf(folder, name);
      await guard(async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const next = `${file}.${randomUUID()}`;
        await writeThrough(next, value.reveal());
        await unlessAbsent(copyFile(file, `${file}.previous`));
        // Whoever reads meanwhile sees the old value or the new one, never a part.
        await rename(next, file);
        await flush(folder);
      });
    },
  };
}

function fileOf(folder: string, name: string): string {
  if (!namePattern.test(name)) throw new Error(`Not a secret's name: ${JSON.stringify(name.slice(0, 100))}.`);
  return join(folder, name);
}

async function writeThrough(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is on the disk when its folder is. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** `undefined` where the file does not exist. */
async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = String((error as NodeJS.ErrnoException).code);
    throw new Failure('secrets_unavailable', 'The secrets cannot be reached at the moment.', { cause });
  }
}
