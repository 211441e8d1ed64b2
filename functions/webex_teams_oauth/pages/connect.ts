/** The pages of a connect link: what it will do, the way to Webex, and that the customer is connected. */

import type { Outcome } from '../../../shared/domain/authorization.ts';
import { html } from '../../../shared/http/html.ts';
import { counters, document, facts, goodSeal, named, type Site } from './layout.ts';

export interface LinkView {
  /** Where the form goes: the link itself. */
  action: string;
  customer: string;
  accountNumber: string;
  /** The customer has been connected before. */
  again: boolean;
}

/** What a connect link is about to do, before anything is asked of Webex. */
export function linkPage(site: Site, { action, customer, accountNumber, again }: LinkView, now: number): string {
  const title = `${again ? 'Reconnect' : 'Connect'} ${customer} to Webex`;
  return document(site, {
    title,
    now,
    body: html`<h1>${again ? 'Reconnect' : 'Connect'} ${named(customer)} to Webex</h1>
<p class="lead">${site.portalName} asks to ${again ? 'renew its access to' : 'read'} the users and licenses of this organization.</p>
${facts([
  ['Customer', named(customer)],
  ['Webex organization', html`<code>${accountNumber}</code>`],
])}
<ol class="steps">
<li>Sign in to Webex as a full administrator of this organization.</li>
<li>Accept what Webex asks.</li>
</ol>
<form class="actions" method="post" action="${action}"><button class="primary" type="submit">Connect to Webex</button></form>
<p class="small">The tokens go straight to the customer; you will not have to copy anything. This link works once, in the browser that begins.</p>`,
  });
}

/**
 * The way to Webex after a form. A redirect would have to name every host of Webex's sign-in (and of the customer's own
 * identity provider) in `form-action`, since browsers hold a form's redirects against it; a page that goes on by itself
 * (the `Refresh` header that it is sent with) need not.
 */
export function leavingPage(site: Site, next: string, now: number): string {
  return document(site, {
    title: 'Going to Webex',
    now,
    body: html`<h1>Going to Webex</h1>
<p class="actions"><a class="button primary" href="${next}">Continue to Webex</a></p>`,
  });
}

/** What is connected now, and until when. */
export function connectedPage(site: Site, done: Outcome & { kind: 'connected' }, now: number): string {
  const { customer, organizationName, authorizedBy, again } = done;
  return document(site, {
    title: `${customer} is connected`,
    now,
    body: html`${goodSeal}<h1>${named(customer)} is ${again ? 'connected again' : 'connected'}</h1>
<p class="lead">${again ? 'A' : 'The first'} sync of its users has started.</p>
${facts([
  ['Customer', named(customer)],
  ['Organization', named(organizationName)],
  ['Authorized by', named(authorizedBy)],
])}
${counters([['Connected for at least', done.refreshExpiresAt]], now)}
<p class="actions small">The connection is renewed by itself every 7 days. You can close this page.</p>`,
  });
}
