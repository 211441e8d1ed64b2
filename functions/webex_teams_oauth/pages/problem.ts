/** The pages for everything that went wrong: what happened, why, and what the reader can do. */

import type { FailureCode } from '../../../shared/domain/failure.ts';
import { html } from '../../../shared/http/html.ts';
import { badSeal, document, type Site } from './layout.ts';

/** The failures whose message is written for the reader of a page. */
const titles: Partial<Record<FailureCode, string>> = {
  authorization_cancelled: 'Authorization cancelled',
  authorization_not_valid: 'The sign-in was not completed',
  wrong_organization: 'Wrong Webex organization',
  administrator_required: 'Administrator account needed',
  scopes_missing: 'Some permissions are missing',
  organization_connected: 'Organization not accepted',
  link_not_valid: 'This link does not work any more',
  not_found: 'Page not found',
  too_many_requests: 'Too many requests',
  webex_unavailable: 'Webex cannot be reached',
  webex_rate_limited: 'Webex is busy',
};

/** What the reader can do, beyond trying again. */
const advice: Partial<Record<FailureCode, string>> = {
  wrong_organization:
    'Nothing was changed. Try again with another account. If Webex does not ask which one, sign out of Webex in this browser first.',
  administrator_required: 'Nothing was changed. Try again with the account of a full administrator.',
  scopes_missing: 'Nothing was changed. Try again and accept all permissions that Webex shows.',
  link_not_valid:
    'A link works once, for 15 minutes. If it has just been used to connect the customer, you are done. Otherwise, ask the person who sent you the link for a new one.',
  webex_unavailable: 'Nothing was changed. Try again in a few minutes.',
  webex_rate_limited: 'Nothing was changed. Try again in a few minutes.',
};

/** @param retry the address where the reader can try again; undefined if that cannot help */
export function problemPage(
  site: Site,
  problem: { code: FailureCode; message: string },
  retry: string | undefined,
  now: number,
): string {
  const title = titles[problem.code] ?? 'Something went wrong';
  const message = problem.code in titles ? problem.message : 'This is a fault on our side. Try again in a few minutes.';
  return document(site, {
    title: `${title} - ${site.portalName}`,
    now,
    body: html`${badSeal}<h1>${title}</h1>
<p class="lead">${message}</p>
${advice[problem.code] && html`<p>${advice[problem.code]}</p>`}
${retry && html`<p class="actions"><a class="button primary" href="${retry}">Try again</a></p>`}`,
  });
}

/** For a second consent under one state. @param start where the user starts again */
export function restartPage(site: Site, start: string, now: number): string {
  return document(site, {
    title: `Please start again - ${site.portalName}`,
    now,
    body: html`${badSeal}<h1>Please start again</h1>
<p class="lead">You went back to Webex and signed in a second time. Each sign-in counts once, so the second one was not used.</p>
<p class="actions"><a class="button primary" href="${start}">Start again</a></p>`,
  });
}

/** Until the outcome is there; the `Refresh` header that it is sent with loads the page again. */
export function workingPage(site: Site, now: number): string {
  return document(site, {
    title: `Waiting for Webex - ${site.portalName}`,
    now,
    body: html`<h1>Waiting for Webex</h1>
<p class="lead">Webex has not answered yet. This page reloads automatically.</p>`,
  });
}

/** For an authorization that this browser did not start, or whose outcome has expired or was cleared. */
export function expiredPage(site: Site, now: number): string {
  return document(site, {
    title: `Nothing to show - ${site.portalName}`,
    now,
    body: html`${badSeal}<h1>Nothing to show here</h1>
<p class="lead">This sign-in was started in another browser or more than 10 minutes ago, or its result was cleared.</p>
<p>Did somebody send you a link? Open that link again, in this browser.</p>
<p class="actions"><a class="button primary" href="${site.url}">Start again</a></p>`,
  });
}
