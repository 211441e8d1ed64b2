/** Organizations, and the accounts that can sign in to them. */

import { hashText } from './chance.ts';
import { type Directory, directory } from './directory.ts';
import { type AdminRole, adminRoles } from './licenses.ts';
import { household, seedsOf, slotToUuid } from './person.ts';

export interface OrganizationOptions {
  /** A bare, lower-case uuid. */
  id: string;
  name: string;
  /** The number of people, sign-in accounts included. */
  people: number;
  /** Full administrators by default. Without any, there is `admin@<domain>` with the password `webex-local`. */
  administrators?: { email: string; password: string; roles?: AdminRole[] }[];
  /** Accounts without a role. */
  members?: { email: string; password: string }[];
}

export interface Organization {
  id: string;
  name: string;
  created: string;
  /** Created at the first use, because a fleet of customers that only refresh their tokens needs no people. */
  people(): Directory;
  /** Administrators first. */
  accounts: Account[];
}

export interface Account {
  email: string;
  password: string;
  orgId: string;
  personId: string;
  roles: AdminRole[];
  active: boolean;
}

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The password of accounts that were given none. */
export const defaultPassword = 'webex-local';

export type Organizations = ReturnType<typeof organizationStore>;

export function organizationStore(now: () => number) {
  const byId = new Map<string, Organization>();
  const accounts = new Map<string, Account>();

  return {
    get: (id: string) => byId.get(id),
    all: (): Organization[] => [...byId.values()],
    account: (email: string) => accounts.get(email.trim().toLowerCase()),

    /** @throws TypeError when the id is not a lower-case uuid, or the id or an e-mail address is taken */
    add(options: OrganizationOptions): Organization {
      const { id, name } = options;
      if (!uuidShape.test(id)) throw new TypeError(`Not a lower-case uuid: ${id}`);
      if (byId.has(id)) throw new TypeError(`There is an organization ${id} already`);
      const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '') || 'org';
      const named = options.administrators?.[0]?.email ?? options.members?.[0]?.email;
      // The hash distinguishes organizations with the same name.
      const domain = named?.split('@')[1] ?? `${slug}-${hashText(id).toString(36)}${id.slice(-6)}.example`;
      const seeds = seedsOf(id);
      const administrators = options.administrators?.length
        ? options.administrators
        : [{ email: `admin@${domain}`, password: defaultPassword }];
      const fresh: Account[] = [
        ...administrators.map((given) => ({ ...given, roles: given.roles ?? ['full_admin'] })),
        ...(options.members ?? []).map((given) => ({ ...given, roles: [] })),
      ].map(({ email, password, roles }, slot) => ({
        email: email.toLowerCase(),
        password,
        orgId: id,
        personId: slotToUuid({ seeds }, slot),
        roles,
        active: true,
      }));
      const emails = fresh.map(({ email }) => email);
      const taken = emails.find((email, index) => accounts.has(email) || emails.indexOf(email) !== index);
      if (taken !== undefined) throw new TypeError(`There is an account ${taken} already`);
      for (const account of fresh) accounts.set(account.email, account);
      let people: Directory | undefined;
      const organization: Organization = {
        id,
        name,
        created: new Date(Date.UTC(2018, 0, 1) + (hashText(id) % 31_536_000) * 1000).toISOString(),
        people() {
          const differences = () =>
            fresh.map(({ email, roles }) => ({
              emails: [email],
              roles: roles.map((role) => adminRoles[role]),
              invitePending: false,
              loginEnabled: true,
            }));
          people ??= directory(household(id, domain), Math.max(options.people, fresh.length), differences(), now);
          return people;
        },
        accounts: fresh,
      };
      byId.set(id, organization);
      return organization;
    },
  };
}
