/** The pages of sign-in and consent: plain forms, for a person, a browser test and a script alike. */

import type { Answer } from '../answers.ts';
import type { Account, Organization } from '../people/organizations.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const safe = (text: string) => text.replace(/[&<>"']/g, (letter) => entities[letter]!);

const style =
  'body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f2f4f5;color:#121212}main{max-width:26rem;margin:10vh auto;' +
  'padding:2rem;background:#fff;border-radius:8px}label{display:block}input{box-sizing:border-box;width:100%;padding:.5rem;' +
  'margin:.25rem 0 1rem;font:inherit}button{padding:.5rem 1.25rem;font:inherit}a{color:#00517d}[role=alert]{color:#a30b0b}';

function page(title: string, content: string, status = 200): Answer {
  return {
    status,
    headers: { 'Cache-Control': 'no-store' },
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Webex stand-in</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`,
  };
}

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
