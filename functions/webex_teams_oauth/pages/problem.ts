/** The pages of what went wrong: what it was in a heading, why in a sentence, and the way on where there is one. */

import type { FailureCode } from '../../../shared/domain/failure.ts';
import { html } from '../../../shared/http/html.ts';
import { badSeal, document, type Site } from './layout.ts';

const titles: Partial<Record<FailureCode, string>> = {
  authorization_cancelled: 'Cancelled',
  authorization_not_valid: 'That did not work',
  wrong_organization: 'That is another organization',
  administrator_required: 'An administrator is needed',
  scopes_missing: 'Some access is missing',
  link_not_valid: 'This link cannot be used',
  not_found: 'There is no such page',
  webex_unavailable: 'Webex cannot be reached',
  webex_rate_limited: 'Webex is busy',
};

/** What a person can do about it, beyond trying again. */
const advice: Partial<Record<FailureCode, string>> = {
  wrong_organization:
    'Nothing was stored. Try again with another account; if Webex does not ask for one, sign out of Webex in this browser first.',
  administrator_required: 'Nothing was stored. Try again with the account of a full administrator.',
  scopes_missing: 'Nothing was stored. Try again and accept everything that Webex asks.',
  link_not_valid:
    'A connect link works once, for 15 minutes, in the browser that began. Ask for a new one in the portal.',
};

/** @param again where to begin anew; without it there is no point */
export function problemPage(
  site: Site,
  problem: { code: FailureCode; message: string },
  again: string | undefined,
  now: number,
): string {
  const title = titles[problem.code] ?? 'Something went wrong';
  return document(site, {
    title: `${title} - ${site.portalName}`,
    now,
    body: html`${badSeal}<h1>${title}</h1>
<p class="lead">${problem.message}</p>
${advice[problem.code] && html`<p>${advice[problem.code]}</p>`}
${again && html`<p class="actions"><a class="button primary" href="${again}">Try again</a></p>`}`,
  });
}

/** For answers that this browser has not asked for (any more), and for outcomes that are gone. */
export function expiredPage(site: Site, now: number): string {
  return document(site, {
    title: `Nothing to show - ${site.portalName}`,
    now,
    body: html`${badSeal}<h1>Nothing to show here</h1>
<p class="lead">This browser has not asked Webex for anything in the last 10 minutes, or what came of it has been shown long enough.</p>
<p>Came from a connect link? Open that link again.</p>
<p class="actions"><a class="button primary" href="${site.url}">Start again</a></p>`,
  });
}
