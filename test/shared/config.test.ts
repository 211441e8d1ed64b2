import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config.ts';

const complete = { CALLER_AUDIENCE: 'https://example.com/customers', OAUTH_URL: 'https://example.com/oauth/' };

describe('the configuration', () => {
  it('reports everything that is wrong or missing at once, and prints no value', () => {
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

  it('treats an empty variable as absent', () => {
    expect(parseConfig({ ...complete, PORTAL_NAME: '' }).PORTAL_NAME).toBe('VOSS4UC');
  });

  it('drops slashes at the end of addresses', () => {
    expect(parseConfig(complete).OAUTH_URL).toBe('https://example.com/oauth');
  });

  it('refuses a token page on an origin that other functions share', () => {
    const shared = 'https://us-central1-access.cloudfunctions.net/webex_teams_oauth';
    expect(() => parseConfig({ ...complete, OAUTH_URL: shared })).toThrow('OAUTH_URL is on cloudfunctions.net');
    const own = 'https://webex-teams-oauth-123456789012.us-central1.run.app';
    expect(parseConfig({ ...complete, OAUTH_URL: own }).OAUTH_URL).toBe(own);
  });

  it('refuses a grant without a valid role or hierarchy', () => {
    const grants = (grant: object) => ({ ...complete, CALLER_GRANTS: JSON.stringify([grant]) });
    const good = { caller: 'portal@example.com', hierarchy: 'sys.p', role: 'operator' };
    expect(parseConfig(grants(good)).CALLER_GRANTS).toEqual([good]);
    expect(() => parseConfig(grants({ ...good, role: 'root' }))).toThrow('CALLER_GRANTS');
    expect(() => parseConfig(grants({ ...good, hierarchy: 'sys..p' }))).toThrow('CALLER_GRANTS');
  });

  it.each([
    ['STORE', 'postgres', 'must be one of firestore, sqlite'],
    ['CALLER_AUDIENCE', 'https://', 'must be an http or https URL'],
    ['CALLER_AUDIENCE', 'javascript:alert(1)', 'must be an http or https URL'],
    ['PORTAL_NAME', 'x'.repeat(101), 'must have at most 100 characters'],
    ['PAGE_SIZE', '0', 'must be a whole number from 1 to 1000'],
    ['PAGE_SIZE', '1e2', 'must be a whole number from 1 to 1000'],
    ['PAGE_SIZE', ' 5', 'must be a whole number from 1 to 1000'],
    ['WEBEX_SCOPES', ' , ', 'must name at least one'],
    ['ALLOW_LOCAL_PROXIES', 'yes', 'must be one of true, false'],
    ['CALLER_GRANTS', '{', 'must be JSON'],
    ['CALLER_GRANTS', '{}', 'must be a JSON list'],
    ['CALLER_GRANTS', '[null]', 'needs an e-mail address as the caller of entry 0'],
    [
      'CALLER_GRANTS',
      '[{"caller":"a@b.c","role":"reader"}]',
      'needs a path such as sys.provider as the hierarchy of entry 0',
    ],
  ])('says what is wrong with %s as "%s"', (name, value, problem) => {
    expect(() => parseConfig({ ...complete, [name]: value })).toThrow(`\n  ${name} ${problem}`);
  });

  it.each([
    ['WEBEX_SCOPES', 'a:b, c:d  e', ['a:b', 'c:d', 'e']],
    ['ALLOW_LOCAL_PROXIES', 'true', true],
    ['REFRESH_CONCURRENCY', '500', 500],
    ['QUEUE_ENDPOINT', 'http://localhost:8080//', 'http://localhost:8080'],
  ])('reads %s from "%s"', (name, value, expected) => {
    expect(parseConfig({ ...complete, [name]: value })).toMatchObject({ [name]: expected });
  });
});
