/** The pages of sign-in and consent: plain forms that a person, a browser test and a script can all use. */

import type { Answer } from '../answers.ts';
import { page, safe } from '../html.ts';
import type { Account, Organization } from '../people/organizations.ts';

const alert = (problem: string | undefined) => (problem ? `<p role="alert">${safe(problem)}</p>` : '');

export function errorPage(message: string): Answer {
  return page('Error', alert(message), 400);
}

export function emailPage({ action, problem }: { action: string; problem?: string }): Answer {
  return page(
    'Sign in',
    `${alert(problem)}
<form method="post" action="${safe(action)}">
<label for="email">Email address</label>
<input id="email" name="email" type="email" autocomplete="username" required autofocus>
<button type="submit">Next</button>
</form>`,
  );
}

export function passwordPage(view: { action: string; email: string; back: string; problem?: string }): Answer {
  return page(
    'Sign in',
    `${alert(view.problem)}
<p>${safe(view.email)} - <a href="${safe(view.back)}">Use another account</a></p>
<form method="post" action="${safe(view.action)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign In</button>
</form>`,
  );
}

export function consentPage(view: {
  action: string;
  another: string;
  account: Account;
  organization: Organization;
  scopes: string[];
}): Answer {
  const scopes = view.scopes.map((scope) => `<li><code>${safe(scope)}</code></li>`).join('\n');
  return page(
    'Permission request',
    `<p>An integration asks for access to <strong>${safe(view.organization.name)}</strong> in the name of
${safe(view.account.email)}. <a href="${safe(view.another)}">Use another account</a></p>
<ul>
${scopes}
</ul>
<form method="post" action="${safe(view.action)}">
<button type="submit" name="decision" value="accept">Accept</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`,
  );
}
