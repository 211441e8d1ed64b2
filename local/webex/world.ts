/** The whole state of the stand-in, and the shape of a request to it. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Faults, PageFault } from './faults/rules.ts';
import type { Codes } from './oauth/codes.ts';
import type { Grants } from './oauth/grants.ts';
import type { Account, Organizations } from './people/organizations.ts';
import type { Settings } from './settings.ts';
import type { Counters } from './stats.ts';

export interface Client {
  clientId: string;
  clientSecrets: string[];
  redirectUris: string[];
  scopes: string[];
}

export interface World {
  settings: Settings;
  clients: Map<string, Client>;
  organizations: Organizations;
  codes: Codes;
  grants: Grants;
  faults: Faults;
  counters: Counters;
  /** The signed-in account by the value of the session cookie. */
  sessions: Map<string, Account>;
  now(): number;
}

export interface Call {
  method: string;
  /** Has the origin that the client used, because links in answers must lead back there. */
  url: URL;
  /** The path without a trailing slash, which Webex accepts and ignores. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  trackingId: string;
  pageFault?: PageFault;
  leaveUnchanged?: boolean;
}

/** The fields of a form-encoded body. Any other body has none. */
export function formOf(call: Call): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(call.headers['content-type'] ?? '');
  return new URLSearchParams(isForm ? call.body : '');
}

export function bearerOf(call: Call): string | undefined {
  return /^Bearer +(\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
}
