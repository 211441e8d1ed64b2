/** The token page of the source document: GET TOKENS, and what it brings, ready to paste into the Customer Access form. */

import type { Outcome } from '../../../shared/domain/authorization.ts';
import { type Html, html, type Part } from '../../../shared/http/html.ts';
import { counters, document, facts, named, type Site, siteTitle } from './layout.ts';

const getTokens = (site: Site, look: string) => html`<a class="${look}" href="${site.url}/authorize">GET TOKENS</a>`;

/** GET TOKENS, and nothing else yet. */
export function startPage(site: Site, now: number): string {
  return document(site, {
    title: siteTitle(site),
    now,
    named: false,
    body: html`<h1>${siteTitle(site)}</h1>
<p class="lead">Gets the codes that the Customer Access form asks for, from the customer’s own Webex organization.</p>
<ol class="steps">
<li>Choose GET TOKENS and sign in to Webex as a full administrator of the customer’s organization.</li>
<li>Accept what Webex asks. The Organization ID and two tokens appear here.</li>
<li>Copy each one into the Customer Access form of ${site.portalName}.</li>
</ol>
<p class="actions">${getTokens(site, 'button primary')}</p>
<p class="small">Your password stays with Webex. The tokens can be seen in this browser only, for 10 minutes.</p>`,
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

/** What the sign-in has brought. `forget`: the address of the form that takes it away. */
export function tokensPage(site: Site, tokens: Outcome & { kind: 'tokens' }, forget: string, now: number): string {
  const lacks = tokens.shortcomings.map(
    (text) => html`<p class="note bad">${text} A customer cannot be synced with these tokens.</p>`,
  );
  return document(site, {
    title: `Your tokens - ${siteTitle(site)}`,
    now,
    named: false,
    body: html`<h1>${siteTitle(site)}</h1>
${facts([
  ['Organization', named(tokens.organizationName)],
  ['Authorized by', named(tokens.authorizedBy)],
])}
${lacks}
${field({
  id: 'organization',
  label: 'Organization ID',
  value: tokens.organizationId,
  into: html`<b>Organization Account Number</b> on the Customer Access form`,
})}
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
<form method="post" action="${forget}"><button type="submit">Clear this page</button></form></div>
<p class="small">GET TOKENS gets fresh ones. ${site.portalName} renews saved tokens by itself every 7 days. This page can be reloaded for 10 minutes; then the tokens are forgotten here.</p>
<p class="unseen" role="status" id="said"></p>`,
  });
}
