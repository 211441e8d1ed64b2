/** Keeps grants over a restart of the local stack: real tokens outlive a server too. */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { World } from '../world.ts';
import type { Grant } from './grants.ts';

type Kept = Omit<Grant, 'account'> & { email: string };

/** Written whole and renamed, so that a kill leaves the old file or the new one. */
export function saveGrants(file: string, { grants }: World): void {
  const kept = grants.all().map(({ account, ...grant }): Kept => ({ ...grant, email: account.email }));
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Grants of accounts that no longer exist are left out. */
export function loadGrants(file: string, { grants, organizations }: World): void {
  if (!existsSync(file)) return;
  for (const { email, ...grant } of JSON.parse(readFileSync(file, 'utf8')) as Kept[]) {
    const account = organizations.account(email);
    if (account) grants.keep({ ...grant, account });
  }
}
