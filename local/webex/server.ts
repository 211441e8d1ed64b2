/** Starts the stand-in for Webex: an HTTP server on the loopback that answers as Webex does. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlOf, type WebexControl } from './control/control.ts';
import { replayJournal, withJournal } from './control/journal.ts';
import { faultStore } from './faults/rules.ts';
import { codeStore } from './oauth/codes.ts';
import { grantStore } from './oauth/grants.ts';
import { loadGrants, saveGrants } from './oauth/grants-file.ts';
import { type OrganizationOptions, organizationStore } from './people/organizations.ts';
import { sampleClient, sampleOrganizations } from './sample.ts';
import { serve } from './serve.ts';
import { defaultSettings } from './settings.ts';
import { counters } from './stats.ts';
import type { Client, World } from './world.ts';

export interface WebexOptions {
  /** Default 0: any free port. The server listens on 127.0.0.1 only. */
  port?: number;
  /** Default: the samples. */
  organizations?: OrganizationOptions[];
  /** Default: the sample, without redirect URIs. */
  clients?: Client[];
  /** Default: 14 days, 90 days, 10 minutes. */
  lifetimes?: { accessMs: number; refreshMs: number; codeMs?: number };
  /** `keep` (default): a refresh returns the same refresh token. `rotate`: a new one, and the previous one dies at once. */
  rotation?: 'keep' | 'rotate';
  /** Default 0. Otherwise an earlier refresh returns 200 with the same access token and the same expiry. */
  renewEveryMs?: number;
  /** Default 0. Delays each answer of the API and the token endpoint. */
  latencyMs?: number;
  /** The most people on a page, default 1000. */
  pageCeiling?: number;
  /** Keeps grants over a restart. What the control changes is kept beside it, in `<file>.journal`. Default: in memory only. */
  file?: string;
  /** The base clock, epoch ms, to which the control operation `clock` adds an offset. */
  now?: () => number;
}

export interface WebexServer {
  /** `http://127.0.0.1:PORT`: the API is at `/v1`, SCIM at `/identity/scim/{org}/v2/Users`. */
  url: string;
  control: WebexControl;
  /** Cuts all connections, even those of requests under way. */
  close(): Promise<void>;
}

/**
 * @throws Failure `configuration_invalid` when what `file` holds cannot be read
 * @see https://developer.webex.com/docs/basics
 */
export async function startWebex(options: WebexOptions = {}): Promise<WebexServer> {
  const { world, control } = build(options);
  const closing = new AbortController();
  const server = createServer((request, response) => {
    serve(world, control, request, response, closing.signal).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    control,
    close: () =>
      new Promise((resolve, reject) => {
        closing.abort();
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function build(options: WebexOptions): { world: World; control: WebexControl } {
  const { now: base = Date.now, organizations = sampleOrganizations, clients = [sampleClient], file } = options;
  const clock: { offsetMs: number; replayedAt?: number | undefined } = { offsetMs: 0 };
  const now = () => clock.replayedAt ?? base() + clock.offsetMs;
  const settings = defaultSettings();
  const world: World = {
    settings,
    clients: new Map(clients.map((client) => [client.clientId, { ...client }])),
    organizations: organizationStore(now),
    codes: codeStore(settings, now),
    grants: grantStore(settings, now, () => file && saveGrants(file, world)),
    faults: faultStore(),
    counters: counters(),
    sessions: new Map(),
    now,
  };
  const control = controlOf(world, clock);
  const { lifetimes, rotation, renewEveryMs, latencyMs, pageCeiling } = options;
  control.settings({ lifetimes, rotation, renewEveryMs, latencyMs, pageCeiling });
  for (const organization of organizations) control.addOrganization(organization);
  if (!file) return { world, control };
  const journal = `${file}.journal`;
  // The journal comes first, because grants may belong to organizations that the control added.
  replayJournal(control, journal, (at) => {
    clock.replayedAt = at;
  });
  loadGrants(file, world);
  return { world, control: withJournal(control, journal, now) };
}
