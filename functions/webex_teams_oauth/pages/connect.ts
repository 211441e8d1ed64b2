/** The pages of a connect link: what it will do, the way to Webex, and the confirmation that the customer is connected. */

import type { Outcome } from '../../../shared/domain/authorization.ts';
import { type Html, html } from '../../../shared/http/html.ts';
import { counters, document, facts, goodSeal, named, type Site } from './layout.ts';

export interface LinkView {
  /** The address that the form is sent to. */
  action: string;
  /** The hidden field of the form. */
  field: Html;
  customer: string;
  accountNumber: string;
  /** The customer was connected before. */
  again: boolean;
}

/** What the link will do, before the browser goes to Webex. */
export function linkPage(site: Site, { action, field, customer, accountNumber, again }: LinkView, now: number): string {
  const title = `${again ? 'Reconnect' : 'Connect'} ${customer} to Webex`;
  return document(site, {
    title,
    now,
    body: html`<h1>${again ? 'Reconnect' : 'Connect'} ${named(customer)} to Webex</h1>
<p class="lead">${named(site.portalName)} asks for ${again ? 'new ' : ''}permission to read the users and licenses of this Webex organization.</p>
${facts([
  ['Customer', named(customer)],
  ['Webex organization', html`<code>${accountNumber}</code>`],
])}
<ol class="steps">
<li>Sign in to Webex as a full administrator of this organization.</li>
<li>Accept the permissions that Webex shows.</li>
</ol>
<form class="actions" method="post" action="${action}">${field}<button class="primary" type="submit">Connect to Webex</button></form>
<p class="small">You do not have to copy anything. The link works once.</p>`,
  });
}

/**
 * Sends the browser on to Webex after a form, together with a `Refresh` header. A redirect would not do: browsers apply
 * `form-action` to the redirects that follow a form, so the policy would have to name every host of Webex's sign-in and of
 * the customer's identity provider.
 */
export function leavingPage(site: Site, next: string, now: number): string {
  return document(site, {
    title: 'Going to Webex',
    now,
    body: html`<h1>Going to Webex</h1>
<p class="lead">If nothing happens, continue by hand.</p>
<p class="actions"><a class="button primary" href="${next}">Continue to Webex</a></p>`,
  });
}

/** Confirms which customer is connected, by which account and for how long. */
export function connectedPage(site: Site, outcome: Outcome & { kind: 'connected' }, now: number): string {
  const { customer, organizationName, authorizedBy, again } = outcome;
  return document(site, {
    title: `${customer} is connected`,
    now,
    body: html`${goodSeal}<h1>${named(customer)} is connected${again ? ' again' : ''}</h1>
<p class="lead">${again ? 'A' : 'The first'} sync of its users has started.</p>
${facts([
  ['Customer', named(customer)],
  ['Webex organization', named(organizationName)],
  ['Authorized by', named(authorizedBy)],
])}
${counters([['Connected for at least', outcome.refreshExpiresAt]], now)}
<p class="actions small">You can close this page. The connection is renewed automatically every 7 days.</p>`,
  });
}

/** The user granted access, and Webex cannot say yet who did. There is nothing left to do for them. */
export function unverifiedPage(site: Site, customer: string, now: number): string {
  return document(site, {
    title: `${customer} is almost connected`,
    now,
    body: html`<h1>${named(customer)} is almost connected</h1>
<p class="lead">You have granted access, but Webex does not respond at the moment. The connection is checked as soon as it does.</p>
<p class="actions small">You can close this page. There is nothing left to do.</p>`,
  });
}
