/** The token page: the GET TOKENS button, and the tokens, ready to be pasted into the Customer Access form. */

import type { Outcome, TokenOwner } from '../../../shared/domain/authorization.ts';
import { type Html, html, type Part } from '../../../shared/http/html.ts';
import { counters, document, facts, named, type Site, siteTitle } from './layout.ts';

const getTokens = (site: Site, look: string) => html`<a class="${look}" href="${site.url}/authorize">GET TOKENS</a>`;

/** The page before sign-in. */
export function startPage(site: Site, now: number): string {
  return document(site, {
    title: siteTitle(site),
    now,
    named: false,
    body: html`<h1>${siteTitle(site)}</h1>
<p class="lead">Get the Webex tokens that the Customer Access form asks for.</p>
<ol class="steps">
<li>Select GET TOKENS and sign in to Webex as a full administrator of the customer’s organization.</li>
<li>Accept the permissions that Webex shows. The organization ID and two tokens then appear here.</li>
<li>Copy each of them into the Customer Access form of ${named(site.portalName)}.</li>
</ol>
<p class="actions">${getTokens(site, 'button primary')}</p>
<p class="small">Only Webex sees your password. The tokens are shown in this browser only, for 10 minutes.</p>`,
  });
}

interface Field {
  id: string;
  label: string;
  value: string;
  into: Part;
  secret?: boolean;
}

function field({ id, label, value, into, secret = false }: Field): Html {
  const code = html`<code id="${id}">${value}</code>`;
  const shown = secret
    ? html`<details class="value"><summary><span class="dots" aria-hidden="true">••••••••••••••••</span><span><span class="closed">Show</span><span class="opened">Hide</span><span class="unseen"> ${label}</span></span></summary>
${code}</details>`
    : html`<div class="value">${code}</div>`;
  return html`<section class="field">
<h2>${label}</h2>
<p>Paste into ${into}.</p>
<div class="row">${shown}
<button type="button" class="copy" data-copy="${id}" data-name="${label}" hidden><span class="closed">Copy</span><span class="opened">Copied</span><span class="unseen"> ${label}</span></button></div>
</section>`;
}

function organizationField({ organizationId }: TokenOwner): Html {
  return field({
    id: 'organization',
    label: 'Organization ID',
    value: organizationId,
    into: html`<b>Organization Account Number</b> on the Customer Access form`,
  });
}

/** @param forget the form that clears the page: where it is sent, and its hidden field */
export function tokensPage(
  site: Site,
  tokens: Outcome & { kind: 'tokens' },
  forget: { action: string; field: Html },
  now: number,
): string {
  const { owner } = tokens;
  const obstacles = tokens.obstacles.map(
    (text) => html`<p class="note bad">${text} These tokens cannot be used to connect a customer.</p>`,
  );
  const unknown = html`<p class="note">Webex cannot say at the moment which organization these tokens belong to. You can copy them now. The organization ID is shown in Webex Control Hub.</p>`;
  return document(site, {
    title: `Your tokens - ${siteTitle(site)}`,
    now,
    named: false,
    body: html`<h1>${siteTitle(site)}</h1>
${facts([
  ['Organization', owner ? named(owner.organizationName) : 'Unknown'],
  ['Authorized by', owner ? named(owner.email) : 'Unknown'],
])}
${owner ? obstacles : unknown}
${owner && organizationField(owner)}
${field({
  id: 'access',
  label: 'Access Token',
  value: tokens.accessToken,
  into: html`<b>Admin Access Token</b> and its <b>Repeat</b> field`,
  secret: true,
})}
${field({
  id: 'refresh',
  label: 'Refresh Access Token',
  value: tokens.refreshToken,
  into: html`<b>Refresh Token</b> and its <b>Repeat</b> field`,
  secret: true,
})}
${counters(
  [
    ['Access Token Expires In', tokens.accessExpiresAt],
    ['Refresh Token Expires In', tokens.refreshExpiresAt],
  ],
  now,
)}
<div class="actions">${getTokens(site, 'button')}
<form method="post" action="${forget.action}">${forget.field}<button type="submit">Clear this page</button></form></div>
<p class="small">GET TOKENS creates new tokens. Once saved in ${named(site.portalName)}, tokens are renewed automatically every 7 days. You can reload this page for 10 minutes; after that, the tokens are deleted here.</p>
<p class="unseen" role="status" id="status"></p>`,
  });
}
