/** Authorization codes: each is good for one exchange within its short life. */

import type { Account } from '../people/organizations.ts';
import type { Settings } from '../settings.ts';
import { newToken } from './token-text.ts';

interface Code {
  account: Account;
  clientId: string;
  scopes: string[];
  redirectUri: string;
  challenge: string | undefined;
  /** Epoch ms. */
  expiresAt: number;
}

export type Codes = ReturnType<typeof codeStore>;

export function codeStore(settings: Settings, now: () => number) {
  const codes = new Map<string, Code>();
  return {
    issue(code: Omit<Code, 'expiresAt'>): string {
      const value = newToken(settings, code.account.orgId);
      codes.set(value, { ...code, expiresAt: now() + settings.lifetimes.codeMs });
      return value;
    },

    peek: (value: string) => codes.get(value),

    /** Any attempt spends the code, even one that fails. */
    take(value: string): Code | undefined {
      const code = codes.get(value);
      codes.delete(value);
      return code && code.expiresAt > now() ? code : undefined;
    },
  };
}
