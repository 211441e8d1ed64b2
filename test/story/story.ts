/**
 * The product's story from outside: create, connect in a browser, sync, refresh, read, change, delete. Run on every pair of
 * engines.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { followLink } from '../../local/follow-link.ts';
import { sampleClient, sampleOrganizations } from '../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import { keyringName, newSealingKey } from '../../shared/adapters/jose-sealer.ts';
import { integrationName } from '../../shared/adapters/webex/integration.ts';
import { freePort } from '../support/free-port.ts';

const acme = sampleOrganizations[0]!;
const administrator = acme.administrators![0]!;

/** The settings of every stack: its address, and the systems around it. */
export interface Surroundings {
  url: string;
  /** An empty folder for its files. */
  folder: string;
  /** The API's base of the stand-in for Webex. */
  webexApiUrl: string;
  /** Secrets that it must know, by name. */
  secrets: Record<string, unknown>;
}

export interface Stack {
  /** For `customers`, in the name of an administrator of `sys`. */
  token: string;
  /** All that has been logged. */
  log(): string;
  close(): Promise<void>;
}

export type StartStack = (surroundings: Surroundings) => Promise<Stack>;

export function tellStory(start: StartStack): void {
  it('creates, connects, syncs, refreshes, reads, changes and deletes a customer', async () => {
    await onStack(start, async (call, webex) => {
      const created = await call('POST', '', { hierarchy: 'sys.p.r', name: 'Acme', account_number: acme.id });
      expect(created).toMatchObject({ status: 201, body: { name: 'Acme', connection: { state: 'absent' } } });
      const path = `/${created.body.id}`;

      const link = await call('POST', `${path}:connect`);
      const page = await followLink(link.body.url, administrator);
      expect(page).toContain('Acme Corporation');
      expect((await call('GET', path)).body.connection).toMatchObject({
        state: 'active',
        authorized_by: administrator.email,
      });

      const first = await ended(call, `${path}/syncs`);
      expect(first).toMatchObject({ state: 'done', counts: { added: acme.people } });
      expect(await names(call, path)).toEqual([...webex.control.peopleList(acme.id)].map(({ id }) => id).sort());

      expect((await call('POST', `${path}:refresh`)).body.outcome).toBe('refreshed');
      const { removed } = webex.control.people({ orgId: acme.id, churn: { seed: 1, add: 3, change: 4, remove: 2 } });
      await call('POST', `${path}:sync`);
      const second = await ended(call, `${path}/syncs`);
      expect(second).toMatchObject({ state: 'done', counts: { added: 3, changed: 4, removed: 2 } });
      const { body } = await call('GET', `${path}/users?page_size=1000`);
      const gone = body.users.filter(({ status }: { status: string }) => status === 'removed');
      expect(gone.every(({ id }: { id: string }) => removed.includes(id))).toBe(true);

      expect((await call('PATCH', path, { name: 'Acme, renamed' })).body.name).toBe('Acme, renamed');
      expect((await call('GET', '?hierarchy=sys.p&name_prefix=acme')).body.customers).toHaveLength(1);
      const types = (await call('GET', `${path}/events`)).body.events.map(({ type }: { type: string }) => type);
      expect(types).toEqual(expect.arrayContaining(['customer_created', 'connected', 'users_synced', 'refreshed']));

      expect((await call('DELETE', path)).status).toBe(204);
      expect((await call('GET', path)).status).toBe(404);
    });
  });

  it('keeps tokens out of the log and of every answer', async () => {
    await onStack(start, async (call, webex, log) => {
      const created = await call('POST', '', { hierarchy: 'sys', name: 'Acme', account_number: acme.id });
      const link = await call('POST', `/${created.body.id}:connect`);
      const page = await followLink(link.body.url, administrator);
      const seen = JSON.stringify(await call('POST', `/${created.body.id}:refresh`)) + page + log();
      expect(log()).toContain('"event":"refreshed"');
      const { accessTokens, refreshTokens } = webex.control.tokens(acme.id);
      expect(accessTokens.length).toBeGreaterThan(0);
      for (const { value } of [...accessTokens, ...refreshTokens]) expect(seen).not.toContain(value);
    });
  });
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer from outside, asserted by the story
  body: any;
}

type Call = (method: string, path: string, body?: object) => Promise<Answer>;

async function onStack(
  start: StartStack,
  tell: (call: Call, webex: WebexServer, log: () => string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'story-'));
  // The redirect URI must be registered at the stand-in before the functions listen.
  const url = `http://localhost:${await freePort()}`;
  const { clientId, clientSecrets } = sampleClient;
  const webex = await startWebex({
    clients: [{ ...sampleClient, redirectUris: [`${url}/webex_teams_oauth/callback`] }],
  });
  const secrets = {
    [keyringName]: { keys: [newSealingKey('story')] },
    [integrationName]: { client_id: clientId, client_secrets: clientSecrets },
  };
  const stack = await start({ url, folder, webexApiUrl: `${webex.url}/v1`, secrets });
  try {
    await tell(callerOf(`${url}/customers`, stack.token), webex, stack.log);
  } finally {
    await stack.close();
    await webex.close();
    rmSync(folder, { recursive: true });
  }
}

function callerOf(url: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        // Any state: nobody else edits in the story.
        'if-match': '*',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
}

/** The newest sync, once it has ended. */
async function ended(call: Call, path: string): Promise<unknown> {
  while (true) {
    const [sync] = (await call('GET', `${path}?page_size=1`)).body.syncs;
    if (sync && sync.state !== 'queued' && sync.state !== 'running') return sync;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function names(call: Call, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let token = ''; ; ) {
    const { body } = await call('GET', `${path}/users?page_size=100${token && `&page_token=${token}`}`);
    ids.push(...body.users.map(({ id }: { id: string }) => id));
    if (!body.next_page_token) return ids.sort();
    token = body.next_page_token;
  }
}
