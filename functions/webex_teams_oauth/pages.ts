/** The pages as pure functions: what to show in, HTML out. */

import { type Html, html, type Part } from './html.ts';

export interface Site {
  portalName: string;
  /** The public address of this function. */
  url: string;
}

/** What a browser is shown after its authorization; it travels sealed in the browser's own cookie. */
export type Result =
  | {
      kind: 'tokens';
      organizationId: string;
      organizationName: string;
      authorizedBy: string;
      accessToken: string;
      refreshToken: string;
      accessExpiresAt: number;
      refreshExpiresAt: number;
    }
  | { kind: 'connected'; customer: string; organizationName: string; authorizedBy: string; refreshExpiresAt: number }
  | { kind: 'failed'; message: string; again: string };

function page(site: Site, title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${site.url}/style.css">
<script src="${site.url}/page.js" defer></script>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}

const heading = (site: Site) => `Webex Teams Access Token Management for ${site.portalName}`;

/** GET TOKENS, and nothing else yet. */
export function startPage(site: Site): string {
  return page(
    site,
    heading(site),
    html`<h1>${heading(site)}</h1>
<p>Sign in to Webex as an administrator of the customer's organization. The codes to paste into the Customer Access form appear here.</p>
<p><a class="button" href="${site.url}/authorize">GET TOKENS</a></p>`,
  );
}

function field(id: string, label: string, value: string, secret: boolean): Html {
  return html`<div class="field">
<label for="${id}">${label}</label>
<input id="${id}" readonly autocomplete="off" spellcheck="false" type="${secret ? 'password' : 'text'}" value="${value}">
${secret ? html`<button type="button" data-show="${id}" aria-pressed="false" hidden>Show</button>` : undefined}
<button type="button" data-copy="${id}" hidden>Copy</button>
</div>`;
}

function counter(label: string, at: number, now: number): Html {
  return html`<p>${label} <time datetime="${new Date(at).toISOString()}" data-counter>${left(at - now)}</time></p>`;
}

/** `13 d 23 h 59 min`, as the script counts it on. */
export function left(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 1440)} d ${Math.floor(minutes / 60) % 24} h ${minutes % 60} min`;
}

/** What the authorization has brought, or why it has brought nothing. */
export function resultPage(site: Site, result: Result, now: number): string {
  return page(site, heading(site), html`<h1>${heading(site)}</h1>\n${outcome(site, result, now)}`);
}

function outcome(site: Site, result: Result, now: number): Part {
  switch (result.kind) {
    case 'failed':
      return html`<p role="alert">${result.message}</p>
<p><a class="button" href="${result.again}">Try again</a></p>`;
    case 'connected':
      return html`<p role="status">${result.customer} is connected to ${result.organizationName}.</p>
<p>Authorized by ${result.authorizedBy}. The first sync of its users has started.</p>
${counter('The connection lasts without renewal for', result.refreshExpiresAt, now)}
<p>It is renewed by itself. You can close this page.</p>`;
    case 'tokens':
      return html`<p>Authorized by ${result.authorizedBy} for ${result.organizationName}.</p>
${field('organization', 'Organization ID', result.organizationId, false)}
${field('access', 'Access Token', result.accessToken, true)}
${field('refresh', 'Refresh Access Token', result.refreshToken, true)}
${counter('Access Token Expires In', result.accessExpiresAt, now)}
${counter('Refresh Token Expires In', result.refreshExpiresAt, now)}
<p>Paste each into the field of the same name on the Customer Access form, and the tokens into their Repeat fields too.</p>
<p><a class="button" href="${site.url}/authorize">GET TOKENS</a></p>`;
  }
}

/** What a connect link is about to do, before anything is asked of Webex. */
export function linkPage(
  site: Site,
  link: { action: string; customer: string; accountNumber: string; again: boolean },
): string {
  return page(
    site,
    `Connect ${link.customer} to Webex`,
    html`<h1>Connect ${link.customer} to Webex</h1>
<p>${link.again ? 'This renews the connection of' : 'This connects'} <strong>${link.customer}</strong> with the Webex organization
<code>${link.accountNumber}</code> for ${site.portalName}.</p>
<p>Sign in at Webex as an administrator of that organization. The tokens go straight to the customer; you will not see them.</p>
<form method="post" action="${link.action}"><button type="submit">Connect to Webex</button></form>`,
  );
}

/** What went wrong, without an authorization to tell of. */
export function problemPage(site: Site, message: string): string {
  return page(site, heading(site), html`<h1>${heading(site)}</h1>\n<p role="alert">${message}</p>`);
}
