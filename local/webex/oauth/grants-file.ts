/** Keeps grants over a restart of the local stack, because real tokens outlive a server too. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Failure } from '../../../shared/domain/failure.ts';
import type { World } from '../world.ts';
import type { Grant } from './grants.ts';

type Stored = Omit<Grant, 'account'> & { email: string };

/** Writes a new file and renames it, so that a kill leaves the old file or the new one. */
export function saveGrants(file: string, { grants }: World): void {
  const stored = grants.all().map(({ account, ...grant }): Stored => ({ ...grant, email: account.email }));
  writeFileSync(`${file}.new`, JSON.stringify(stored), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Leaves out grants of accounts that no longer exist.
 * @throws Failure `configuration_invalid` for a file that cannot be read
 */
export function loadGrants(file: string, { grants, organizations }: World): void {
  if (!existsSync(file)) return;
  try {
    for (const { email, ...grant } of JSON.parse(readFileSync(file, 'utf8')) as Stored[]) {
      const account = organizations.account(email);
      if (account) grants.restore({ ...grant, account });
    }
  } catch (error) {
    throw new Failure(
      'configuration_invalid',
      `The Webex stand-in cannot read the grants in ${file} (${(error as Error).message}). Delete the file to start ` +
        'without them; every customer must then connect again.',
    );
  }
}
