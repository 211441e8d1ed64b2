/** `GET /`: tells a person who can sign in and how to control the stand-in. */

import type { Answer } from './answers.ts';
import { operationNames } from './control/http.ts';
import { page, safe } from './html.ts';
import type { Call, World } from './world.ts';

/** Fleets of a benchmark have 100,000 organizations. */
const shownOrganizations = 20;

export function homePage({ organizations, clients }: World, { url }: Call): Answer {
  const shown = organizations.all().slice(0, shownOrganizations);
  const accounts = shown.flatMap(({ name, accounts }) =>
    accounts.map(
      ({ email, password, roles }) =>
        `<li><code>${safe(email)}</code>, password <code>${safe(password)}</code>: ${safe(name)}, ` +
        `${safe(roles.join(', ') || 'no role')}</li>`,
    ),
  );
  const integrations = [...clients.values()].map(
    ({ clientId, clientSecrets, redirectUris }) =>
      `<li><code>${safe(clientId)}</code>, secret <code>${safe(clientSecrets.join(', '))}</code>: ` +
      `${safe(redirectUris.join(', ') || 'no redirect URI')}</li>`,
  );
  const operations = operationNames.map((name) => `<li><code>${safe(name)}</code></li>`);
  return page(
    'Webex stand-in',
    `<p>This server answers as Webex does, for development and tests. Its API is at <code>${safe(url.origin)}/v1</code>.</p>
<h2>Accounts</h2>
<ul>
${accounts.join('\n')}
</ul>
<h2>Integrations</h2>
<ul>
${integrations.join('\n')}
</ul>
<h2>Control</h2>
<p>Operations below <code>${safe(url.origin)}/_control/</code> take and return JSON; see <code>local/webex/README.md</code>.
This one lets the next request fail:</p>
<pre>curl ${safe(url.origin)}/_control/faults -d '{"fault":{"status":503}}'</pre>
<ul>
${operations.join('\n')}
</ul>`,
  );
}
