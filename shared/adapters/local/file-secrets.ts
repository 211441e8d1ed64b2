/** Secrets in files that only their owner may read, for development. */

import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import { truncate } from '../../domain/truncate.ts';
import type { Secrets } from '../../ports.ts';

/** The names that Secret Manager accepts. None of them can lead out of the folder. */
const namePattern = /^[A-Za-z0-9_-]{1,255}$/;

/**
 * Stores one file per name in `folder`, and the value before the newest as `{name}.previous`.
 * @throws Failure `secret_missing`, `secrets_unavailable`; `Error` for an invalid name
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
        // A reader sees the old value or the new one, never a part of it.
        await rename(next, file);
        await flush(folder);
      });
    },
  };
}

function fileOf(folder: string, name: string): string {
  if (!namePattern.test(name)) throw new Error(`Not a secret's name: ${JSON.stringify(truncate(name, 100))}.`);
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

/** Writes the folder to the disk, because a rename is stored in the folder. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

/** The result, or undefined when the file does not exist. */
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
