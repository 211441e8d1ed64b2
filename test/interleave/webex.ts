/** Webex in memory: tokens that live, rotate and die, of two organizations. Its whole state is one plain object. */

import { Failure } from '../../shared/domain/failure.ts';
import type { TokenPair } from '../../shared/domain/grant.ts';
import type { Person } from '../../shared/domain/person.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { day } from '../../shared/domain/time.ts';
import type { Webex, WebexAccess } from '../../shared/ports.ts';

export interface WebexState {
  /** `rotate`: a refresh gives another refresh token, and the old one is dead. */
  rotation: 'keep' | 'rotate';
  /** Access tokens and living refresh tokens, with their organization. */
  accessTokens: Record<string, string>;
  refreshTokens: Record<string, string>;
  /** Authorization codes that were not used yet, with their organization. */
  codes: Record<string, string>;
  /** Ids of people by organization; the first one is the administrator. */
  people: Record<string, string[]>;
  issued: number;
  /** Organizations whose authorizations were ended. */
  revoked: string[];
}

/** A pair, as an administrator of the organization gets it. */
export function issuePair(state: WebexState, organization: string): { accessToken: string; refreshToken: string } {
  const serial = String(++state.issued).padStart(6, '0');
  const accessToken = `access-token-${serial}-${'x'.repeat(40)}`;
  const refreshToken = `refresh-token-${serial}-${'x'.repeat(40)}`;
  state.accessTokens[accessToken] = organization;
  state.refreshTokens[refreshToken] = organization;
  return { accessToken, refreshToken };
}

export function memoryWebex(state: WebexState, now: () => number, scopes: string[]): Webex {
  return { ...tokenCalls(state, now, scopes), ...directoryCalls(state) };
}

const refused = () => new Failure('grant_refused', 'Webex refuses the grant.');

function tokenCalls(state: WebexState, now: () => number, scopes: string[]) {
  const toPair = ({ accessToken, refreshToken }: { accessToken: string; refreshToken: string }): TokenPair => ({
    accessToken: new Secret(accessToken),
    refreshToken: new Secret(refreshToken),
    accessExpiresAt: now() + 14 * day,
    refreshExpiresAt: now() + 90 * day,
    scopes,
    requestedAt: now(),
  });

  return {
    authorizeUrl: async () => 'https://webex.example/authorize',
    async exchangeCode({ code }) {
      const organization = state.codes[code.reveal()];
      if (!organization) throw refused();
      delete state.codes[code.reveal()];
      return toPair(issuePair(state, organization));
    },
    async refresh({ refreshToken }) {
      const token = refreshToken.reveal();
      const organization = state.refreshTokens[token];
      if (!organization) throw refused();
      const pair = issuePair(state, organization);
      if (state.rotation === 'rotate') delete state.refreshTokens[token];
      else delete state.refreshTokens[pair.refreshToken];
      return toPair(state.rotation === 'rotate' ? pair : { ...pair, refreshToken: token });
    },
    async revoke(access, organization) {
      organizationOf(state, access);
      state.revoked.push(organization);
      for (const tokens of [state.accessTokens, state.refreshTokens]) {
        for (const [token, owner] of Object.entries(tokens)) if (owner === organization) delete tokens[token];
      }
    },
  } satisfies Partial<Webex>;
}

function organizationOf(state: WebexState, { accessToken }: WebexAccess): string {
  const organization = state.accessTokens[accessToken.reveal()];
  if (!organization) throw new Failure('webex_unauthorized', 'Webex does not accept this access token.');
  return organization;
}

function directoryCalls(state: WebexState) {
  const person = (organization: string, id: string): Person => ({
    id,
    orgId: organization,
    emails: [`${id}@example.com`],
    displayName: id,
    phoneNumbers: [],
    sipAddresses: [],
    licenses: [],
    roles: state.people[organization]?.[0] === id ? ['full-administrator'] : [],
  });

  return {
    async me(access) {
      const organization = organizationOf(state, access);
      return person(organization, state.people[organization]![0]!);
    },
    organization: async (access, id) => ({ id, displayName: `Organization ${organizationOf(state, access)}` }),
    people: async (access) => {
      const organization = organizationOf(state, access);
      return { people: state.people[organization]!.map((id) => person(organization, id)) };
    },
    async peopleById(access, ids) {
      const organization = organizationOf(state, access);
      const isThere = (id: string) => state.people[organization]!.includes(id);
      return {
        people: ids.filter(isThere).map((id) => person(organization, id)),
        notFoundIds: ids.filter((id) => !isThere(id)),
      };
    },
    person: async (access, id) => person(organizationOf(state, access), id),
    scimTotal: async (access) => state.people[organizationOf(state, access)]!.length,
    licenses: async () => [],
    roles: async () => [],
  } satisfies Partial<Webex>;
}
