/** The page at the address that `npm start` prints, with links to everything that the local stack offers. */

import { type Html, html } from '../shared/http/html.ts';
import { localFolder } from './environment.ts';
import { sampleOrganizations } from './webex/sample.ts';

/**
 * @param url where the functions answer
 * @param webexApiUrl the API of the stand-in or of the real Webex
 */
export function startPage(url: string, webexApiUrl: string): string {
  const { origin, hostname } = new URL(webexApiUrl);
  const standIn = hostname === '127.0.0.1' ? standInPart(origin) : html`<p>Webex: ${webexApiUrl}</p>`;
  return document(html`
<h1>Webex Customer Access: local stack</h1>
<ul>
<li><a href="${url}/webex_teams_oauth">Token page</a></li>
<li><a href="${url}/customers/docs">API documentation</a></li>
</ul>
<h2>Call the API</h2>
<pre>TOKEN=$(npm run --silent local:token)
curl -H "Authorization: Bearer $TOKEN" ${url}/customers/</pre>
<h2>Sign in to Webex</h2>
${standIn}
<h2>Data and log</h2>
<p>The data is in <code>${localFolder}/</code>, the log in <code>${localFolder}/log.jsonl</code>.</p>`);
}

function standInPart(origin: string): Html {
  const accounts = sampleOrganizations.flatMap(({ name, administrators = [], members = [] }) =>
    [...administrators, ...members].map(
      ({ email, password }) =>
        html`<tr><td><code>${email}</code></td><td><code>${password}</code></td><td>${name}</td></tr>`,
    ),
  );
  return html`<p>A stand-in for Webex answers at <a href="${origin}">${origin}</a>. These accounts can sign in:</p>
<table><tr><th>Email</th><th>Password</th><th>Organization</th></tr>${accounts}</table>`;
}

export function notFoundPage(names: string[]): string {
  return document(html`
<h1>Not found</h1>
<p>The functions are ${names.join(', ')}. <a href="/">Start page</a></p>`);
}

function document(content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Local stack</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding-right:2rem}pre{background:#f2f4f5;padding:1rem}</style></head>
<body>${content}</body>
</html>
`.text;
}
