/** The names that stay unique: account number and name of a customer. Each is a document, claimed and freed with the record. */

import { type Caller, mayAt } from '../domain/caller.ts';
import { type Customer, uniquenessPaths } from '../domain/customer.ts';
import { Failure, type Problem } from '../domain/failure.ts';
import type { Store, Write } from '../ports.ts';
import { customerPath } from '../storage/layout.ts';

/**
 * Refuses a number or name that another customer has. Another customer that the caller may not see is not mentioned.
 * @throws Failure `already_exists`
 */
export async function assertFree(store: Store, caller: Caller, customer: Customer): Promise<void> {
  const paths = uniquenessPaths(customer);
  const claims = await store.getMany<{ customerId: string }>([paths.accountNumber, paths.name]);
  const [number, name] = claims.map((claim) => (claim?.data.customerId === customer.id ? undefined : claim));
  if (!number && !name) return;
  const owner = number && (await store.get<Customer>(customerPath(number.data.customerId)));
  const isVisible = owner && mayAt(caller, owner.data.hierarchy, 'any');
  const problems: Problem[] = [
    ...(number
      ? [
          {
            pointer: '/account_number',
            detail: isVisible ? 'is the account number of another customer' : 'cannot be used',
          },
        ]
      : []),
    ...(name ? [{ pointer: '/name', detail: 'is the name of another customer of this hierarchy node' }] : []),
  ];
  throw new Failure('already_exists', 'The customer cannot be stored under these names.', { problems });
}

/** Whether the change needs other names. */
export function isRenamed(before: Customer, after: Customer): boolean {
  return (['hierarchy', 'name', 'accountNumber'] as const).some((field) => before[field] !== after[field]);
}

/** Claims the new names and frees the old ones, where they differ. */
export async function renamingWrites(store: Store, before: Customer, after: Customer): Promise<Write[]> {
  if (!isRenamed(before, after)) return [];
  const [old, now] = [Object.values(uniquenessPaths(before)), Object.values(uniquenessPaths(after))];
  return [
    ...now
      .filter((path) => !old.includes(path))
      .map((path): Write => ({ set: path, data: { customerId: after.id }, if: 'absent' })),
    ...(await freeingWrites(
      store,
      before.id,
      old.filter((path) => !now.includes(path)),
    )),
  ];
}

/** Frees the names that the customer has. A name that another customer has, after a repair by hand for example, stays. */
export async function freeingWrites(store: Store, customerId: string, paths: string[]): Promise<Write[]> {
  const claims = paths.length > 0 ? await store.getMany<{ customerId: string }>(paths) : [];
  return claims.flatMap((claim) =>
    claim?.data.customerId === customerId ? [{ delete: claim.path, if: { version: claim.version } }] : [],
  );
}
