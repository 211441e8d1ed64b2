/** Where each document is stored: the one list of all paths (docs/storage.md explains them). */

export const connections = 'connections';
export const outbox = 'outbox';
export const unsentMessages = 'unsent_messages';
export const syncHeads = 'sync_heads';
/** The circuit breaker of the whole fleet: see domain/breaker.ts. */
export const breakerPath = 'fleet/refresh';

export const customerPath = (id: string) => `customers/${id}`;
export const connectionPath = (id: string) => `${connections}/${id}`;
export const eventsOf = (id: string) => `customers/${id}/events`;
export const usersOf = (id: string) => `customers/${id}/users`;
export const feedOf = (id: string) => `customers/${id}/feed`;
export const rosterOf = (id: string) => `customers/${id}/roster`;
export const heldOf = (id: string) => `customers/${id}/held`;
export const catalogOf = (id: string) => `customers/${id}/catalog`;
export const catalogPath = (id: string) => `${catalogOf(id)}/names`;
export const syncsOf = (id: string) => `customers/${id}/syncs`;
export const runPath = (run: { customerId: string; id: string }) => `${syncsOf(run.customerId)}/${run.id}`;
export const syncHeadPath = (id: string) => `${syncHeads}/${id}`;
export const linkPath = (hash: string) => `connect_links/${hash}`;
export const removals = 'removals';
export const removalPath = (id: string) => `${removals}/${id}`;
export const operations = 'operations';
export const operationPath = (id: string) => `${operations}/${id}`;
export const resultsOf = (id: string) => `${operationPath(id)}/results`;
/** Its existence reserves an organization for one customer, from the commit that verified the customer's grant. */
export const verifiedOrganizationPath = (organization: string) => `names/verified:${organization}`;
export const idempotency = 'idempotency';
export const idempotencyPath = (hash: string) => `${idempotency}/${hash}`;
export const usedStates = 'used_states';
export const usedStatePath = (hash: string) => `${usedStates}/${hash}`;

/** The place that a connect link in an operation's results is sealed for. */
export const resultUrlPlace = (operation: string, customer: string) => `${resultsOf(operation)}/${customer} url`;
/** The places that a connection's tokens are sealed for; elsewhere they do not open. */
export const accessTokenPlace = (id: string) => `${connectionPath(id)} access_token`;
export const refreshTokenPlace = (id: string) => `${connectionPath(id)} refresh_token`;
