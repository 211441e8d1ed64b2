/** Where Webex is not known for sure, the client gets the same result whichever side is true. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { startWebex } from '../../../../local/webex/server.ts';
import type { SettingsChange } from '../../../../local/webex/settings.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import { codeOf } from '../../../../shared/domain/failure.ts';
import type { Person } from '../../../../shared/domain/person.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
import type { WebexAccess } from '../../../../shared/ports.ts';
import { acme } from '../../../local/webex/fixture.ts';

const now = Date.UTC(2026, 10, 25);

async function apiForTest(change: SettingsChange) {
  const { url, control, close } = await startWebex({ now: () => now });
  onTestFinished(close);
  control.settings(change);
  const integration = async () => ({ clientId: 'local-client', clientSecrets: [new Secret('local-secret')] });
  return { control, api: webexApi(`${url}/v1`, integration, { now: () => now }) };
}

/** Everything that a refresh and a sync read. */
async function readEverything(change: SettingsChange) {
  const { control, api } = await apiForTest(change);
  const granted = new Secret(control.grant({ orgId: acme }).refresh_token!);
  const { accessToken, accessExpiresAt, refreshExpiresAt } = await api.refresh({ refreshToken: granted });
  const access: WebexAccess = { accessToken };
  const people: Person[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.people(access, { orgId: acme, max: 100, ...(cursor && { cursor }) });
    people.push(...page.people);
    cursor = page.next;
  } while (cursor !== undefined);
  const ids = people.slice(0, 3).map(({ id }) => id);
  return {
    lifetimes: { accessExpiresAt, refreshExpiresAt },
    me: await api.me(access),
    organization: await api.organization(access, acme),
    people,
    found: await api
      .peopleById(access, [...ids, crypto.randomUUID().replace(/^.{8}/, '00000000')])
      .then(({ people: known, notFoundIds }) => ({ known, missing: notFoundIds.length })),
    licenses: await api.licenses(access, acme),
    roles: await api.roles(access),
    total: await api.scimTotal(access, acme),
  };
}

describe('a refresh and a scan', () => {
  it.each<SettingsChange>([
    { rotation: 'rotate' },
    { renewEveryMs: 86_400_000 },
    { tokenForm: 'marked' },
    { omitScope: true },
    { omitRefreshToken: true },
    { omitRefreshToken: 'empty' },
    { pageCeiling: 50 },
    { pageLink: 'after' },
    { pageLink: 'before' },
    { booleansAsStrings: true },
    { echoTrackingId: false },
    { scim: { accountStatus: 'list' } },
    { scim: { accountStatus: 'text' } },
    { scim: { organizationId: 'top' } },
  ])('give the same result with %o', async (change) => {
    expect(await readEverything(change)).toEqual(await readEverything({}));
  });

  it('differ only in the total while SCIM counts rooms', async () => {
    const { total, ...rest } = await readEverything({ scim: { rooms: 12 } });
    const { total: people, ...usual } = await readEverything({});
    expect([total, people]).toEqual([262, 250]);
    expect(rest).toEqual(usual);
  });
});

describe('a dead refresh token', () => {
  it.each<[SettingsChange, string]>([
    [{ errorBody: 'oauth' }, 'grant_refused'],
    [{ errorBody: 'webex', errorText: 'both' }, 'grant_refused'],
    [{ errorBody: 'webex', errorText: 'specific' }, 'grant_refused'],
    // Without the description, nothing tells it from any other refusal, and an unknown refusal ends no connection.
    [{ errorBody: 'webex', errorText: 'general' }, 'webex_unexpected'],
  ])('refused as %o is %s', async (change, code) => {
    const { api } = await apiForTest(change);
    await expect(api.refresh({ refreshToken: new Secret('dead') }).catch(codeOf)).resolves.toBe(code);
  });
});
