import { describe, expect, it } from 'vitest';
import { parseConfig } from '../shared/config.ts';

const complete = { CALLER_AUDIENCE: 'https://example.com/customers', OAUTH_URL: 'https://example.com/oauth/' };

describe('the configuration', () => {
  it('names everything that is wrong or missing at once, and prints no value', () => {
    const env = { CALLER_GRANTS: 'secret-looking', STORE: 'postgres', PAGE_SIZE: '5000', OAUTH_URL: 'ftp://x' };
    const message = (() => {
      try {
        parseConfig(env);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    for (const name of ['CALLER_AUDIENCE is missing', 'CALLER_GRANTS', 'STORE', 'PAGE_SIZE', 'OAUTH_URL']) {
      expect(message).toContain(name);
    }
    for (const value of ['secret-looking', 'postgres', '5000', 'ftp:']) expect(message).not.toContain(value);
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseConfig({ ...complete, PORTAL_NAME: '' }).PORTAL_NAME).toBe('VOSS4UC');
  });

  it('drops slashes at the end of addresses', () => {
    expect(parseConfig(complete).OAUTH_URL).toBe('https://example.com/oauth');
  });

  it('refuses a grant whose role or hierarchy is none', () => {
    const grants = (grant: object) => ({ ...complete, CALLER_GRANTS: JSON.stringify([grant]) });
    const good = { caller: 'portal@example.com', hierarchy: 'sys.p', role: 'operator' };
    expect(parseConfig(grants(good)).CALLER_GRANTS).toEqual([good]);
    expect(() => parseConfig(grants({ ...good, role: 'root' }))).toThrow('CALLER_GRANTS');
    expect(() => parseConfig(grants({ ...good, hierarchy: 'sys..p' }))).toThrow('CALLER_GRANTS');
  });
});
