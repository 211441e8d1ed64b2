/** The conditions that must hold in every order: checked at every commit, and when all flows have ended. */

import type { Connection } from '../../shared/domain/connection.ts';
import { type Customer, uniquenessPaths } from '../../shared/domain/customer.ts';
import { Failure } from '../../shared/domain/failure.ts';
import type { Store, Write } from '../../shared/ports.ts';
import { refreshTokenPlace } from '../../shared/storage/layout.ts';
import type { Outcome } from './schedule.ts';
import type { WebexState } from './webex.ts';
import { type ApiAnswer, openSealed, type World } from './world.ts';

/** The documents that the oracles follow, as the commits have left them. */
type Known = Map<string, Record<string, unknown>>;

export interface Witness {
  store: Store;
  /** What was seen to be wrong so far. */
  violations: string[];
  known: Known;
}

/** The store, and a witness of its commits. `organizations`: every refresh token that Webex has given, dead or alive. */
export function witnessed(
  store: Store,
  world: World,
  organizations: (refreshToken: string) => string | undefined,
): Witness {
  const known: Known = new Map();
  for (const [path, { text }] of world.documents) if (isFollowed(path)) known.set(path, JSON.parse(text));
  const violations: string[] = [];
  return {
    known,
    violations,
    store: {
      ...store,
      async commit(writes) {
        const versions = await store.commit(writes);
        const before = new Map(known);
        for (const write of writes) follow(known, write);
        for (const write of writes) violations.push(...judgeWrite(write, { before, known, organizations }));
        return versions;
      },
    },
  };
}

const isFollowed = (path: string) =>
  /^(customers\/[^/]+(\/events\/.+)?|connections\/[^/]+|names\/.+|connect_links\/.+)$/.test(path);

function follow(known: Known, write: Write): void {
  if ('delete' in write) known.delete(write.delete);
  else if (isFollowed(write.set)) known.set(write.set, JSON.parse(JSON.stringify(write.data)));
}

interface Judged {
  before: Known;
  known: Known;
  organizations: (refreshToken: string) => string | undefined;
}

/** The state of a grant before grants and pending grants were separate. */
type MaybeUnverified = Connection['grant'] & { unverified?: true };

const isVerified = (grant: Connection['grant']) =>
  grant?.authorizer !== undefined && !(grant as MaybeUnverified).unverified;

function judgeWrite(write: Write, { before, known, organizations }: Judged): string[] {
  const path = 'set' in write ? write.set : write.delete;
  const [, collection, id] = /^(customers|connections)\/([^/]+)$/.exec(path) ?? [];
  if (!collection || !known.has(path)) return [];
  const old = before.get(`connections/${id}`) as Connection | undefined;
  const now = known.get(`connections/${id}`) as Connection | undefined;
  const customer = known.get(`customers/${id}`) as Customer | undefined;
  const violations: string[] = [];
  if (isVerified(old?.grant) && now) {
    if (!now.grant) violations.push('a verified grant is dropped');
    else if (!isVerified(now.grant)) violations.push('a verified grant is replaced by an unverified one');
    else if (now.grant.serial < old!.grant!.serial) violations.push('a grant is replaced by an older one');
  }
  if (now?.grant && isVerified(now.grant) && customer) {
    const organization = organizations(openSealed(now.grant.sealedRefreshToken, refreshTokenPlace(id!)));
    if (organization !== customer.accountNumber) violations.push('a grant of another organization is stored');
  }
  return violations;
}

export interface Ended {
  flows: string[];
  outcomes: Outcome[];
  witness: Witness;
  webex: WebexState;
  world: World;
}

/** What is wrong when all flows have ended. */
export function judgeEnd(ended: Ended): string[] {
  return [
    ...ended.witness.violations,
    ...judgeOutcomes(ended),
    ...judgeGrants(ended),
    ...judgeOnce(ended),
    ...judgeNames(ended),
  ];
}

/** No flow may end by a failure that no caller can understand. */
function judgeOutcomes({ flows, outcomes }: Ended): string[] {
  return outcomes.flatMap(({ value, error }, index) => {
    const name = flows[index]!;
    const status = (value as ApiAnswer | undefined)?.status;
    if (status === 500) return [`${name} is answered by 500`];
    if (error === undefined) return [];
    if (!(error instanceof Failure)) return [`${name} throws ${String(error)}`];
    // A message whose handler throws is delivered again.
    const isRedelivered = name === 'sync' && error.code === 'conflict';
    return !isRedelivered && ['internal', 'conflict'].includes(error.code) ? [`${name} throws ${error.code}`] : [];
  });
}

/** Stored refresh tokens are alive, served access tokens are the customer's, an organization is one customer's. */
function judgeGrants({ flows, outcomes, witness: { known }, webex, world }: Ended): string[] {
  const violations: string[] = [];
  const owners = new Map<string, string>();
  for (const [path, data] of known) {
    const [, id] = /^connections\/(.+)$/.exec(path) ?? [];
    const { grant } = data as unknown as Connection;
    if (!id || !grant) continue;
    const token = openSealed(grant.sealedRefreshToken, refreshTokenPlace(id));
    const organization = grant.authorizer?.organizationId;
    // Deleting a customer ends every authorization of its organization at Webex, on purpose.
    if (!webex.refreshTokens[token] && !webex.revoked.includes(organization ?? '')) {
      violations.push('the stored refresh token is dead');
    }
    if (organization && owners.has(organization))
      violations.push('two customers hold verified grants of one organization');
    if (organization) owners.set(organization, id);
    if (!known.has(`customers/${id}`)) violations.push('a connection is left without its customer');
  }
  for (const [index, { value }] of outcomes.entries()) {
    if (flows[index] !== 'accessToken') continue;
    const token = (value as ApiAnswer | undefined)?.body?.access_token;
    const numbers = [
      known.get(`customers/${world.names.customer}`),
      JSON.parse(world.documents.get(`customers/${world.names.customer}`)!.text),
    ].map((each) => each?.accountNumber);
    if (token && !numbers.includes(webex.accessTokens[token]))
      violations.push('a token of another organization is served');
  }
  return violations;
}

/** A link, an idempotency key and an approval take effect once. */
function judgeOnce({ flows, outcomes, witness: { known }, world }: Ended): string[] {
  const violations: string[] = [];
  const answers = (name: string) =>
    outcomes.filter((_outcome, index) => flows[index] === name).map(({ value }) => value as ApiAnswer | undefined);
  const created = [...known.keys()].filter((path) => path.startsWith('connect_links/') && !world.documents.has(path));
  const keyed = answers('linkOnce').filter((answer) => answer && answer.status < 300);
  if (keyed.length > 0 && created.length !== 1)
    violations.push(`one idempotency key has created ${created.length} links`);
  if (new Set(keyed.map((answer) => JSON.stringify(answer!.body))).size > 1)
    violations.push('one idempotency key has two answers');
  const decisions = [...known.values()].filter(
    ({ type, facts }) =>
      /^removals_(approved|rejected)$/.test(String(type)) &&
      (facts as { sync?: string } | undefined)?.sync === world.names.heldRun,
  );
  if (decisions.length > 1) violations.push('removals are decided on twice');
  return violations;
}

/** Names belong to customers, and customers own their names. */
function judgeNames({ witness: { known } }: Ended): string[] {
  const owned = new Map<string, string>();
  for (const [path, data] of known) {
    if (!/^customers\/[^/]+$/.test(path)) continue;
    const customer = data as unknown as Customer;
    for (const name of Object.values(uniquenessPaths(customer))) owned.set(name, customer.id);
  }
  const violations: string[] = [];
  for (const [name, id] of owned)
    if (known.get(name)?.customerId !== id) violations.push(`a customer does not own its name`);
  for (const [path, data] of known) {
    if (!path.startsWith('names/') || path.startsWith('names/verified:')) continue;
    if (owned.get(path) !== data.customerId) violations.push(`a name is held for no customer`);
  }
  return violations;
}
