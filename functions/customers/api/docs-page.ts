/** The OpenAPI document as a page: no script, no request to another host, one style that the policy allows by its hash. */

import { createHash } from 'node:crypto';
import { Html, html, type Part } from '../../../shared/http/html.ts';
import type { EndpointResult } from './endpoint.ts';
import type { OpenApi, OpenApiOperation } from './openapi.ts';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 3rem; } h3 { margin: 2rem 0 0.3rem; } p { margin: 0.4rem 0; max-width: 45rem; }
code, pre { font: 0.9rem/1.4 ui-monospace, monospace; } pre { overflow-x: auto; padding: 0.7rem; border: 1px solid #8886; border-radius: 4px; }
table { border-collapse: collapse; margin: 0.5rem 0; } td, th { text-align: left; vertical-align: top; padding: 0.15rem 1rem 0.15rem 0; }
details { margin: 0.3rem 0; } summary { cursor: pointer; } nav ul { columns: 2; padding-left: 1.2rem; }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function docsPage(document: OpenApi): EndpointResult {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<main>
<h1>${document.info.title} <small>${document.info.version}</small></h1>
${document.info.description.split('\n\n').map((text) => html`<p>${toMarkup(text)}</p>\n`)}
<p>The document itself: <a href="openapi.json">openapi.json</a></p>
<nav aria-label="Endpoints"><ul>
${operations.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>\n`)}
</ul></nav>
${document.tags.map(
  (tag) => html`<h2>${tag.description}</h2>
${operations.filter(({ operation }) => operation.tags.includes(tag.name)).map((each) => section(each))}`,
)}
<h2>Schemas</h2>
${Object.entries(document.components.schemas).map(
  ([name, schema]) => html`<details id="schema-${name}"><summary>${name}</summary>${json(schema)}</details>\n`,
)}
</main>
</body>
</html>
`;
  return { body: page.text, headers: { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' } };
}

function section({ path, method, operation }: { path: string; method: string; operation: OpenApiOperation }): Part {
  const { requestBody, responses, parameters } = operation;
  return html`<section id="${operation.operationId}">
<h3>${operation.summary}</h3>
<pre>${method.toUpperCase()} ${path}</pre>
${operation.description ? html`<p>${toMarkup(operation.description)}</p>` : undefined}
<p>${operation['x-role'] ? html`Role: <code>${operation['x-role']}</code>` : 'No authentication required.'}</p>
${
  parameters.length > 0
    ? html`<table><thead><tr><th scope="col">Parameter</th><th scope="col">in</th><th scope="col"></th></tr></thead><tbody>
${parameters.map(
  ({ name, in: place, required, description = '' }) =>
    html`<tr><td><code>${name}</code>${required ? ' *' : ''}</td><td>${place}</td><td>${toMarkup(description)}</td></tr>\n`,
)}</tbody></table>`
    : undefined
}
${requestBody ? html`<details><summary>Body</summary>${json(requestBody.content)}</details>` : undefined}
<table><thead><tr><th scope="col">Status</th><th scope="col"></th></tr></thead><tbody>
${Object.entries(responses).map(([status, response]) => html`<tr><td>${status}</td><td>${response.description}</td></tr>\n`)}
</tbody></table>
${Object.entries(responses)
  .filter(([status, { content }]) => status < '300' && content?.['application/json']?.examples)
  .map(
    ([, { content }]) =>
      html`<details><summary>Response</summary>${json(content!['application/json']!.examples!.example!.value)}</details>`,
  )}
</section>
`;
}

const json = (value: unknown) => html`<pre>${JSON.stringify(value, null, 2)}</pre>`;

/** The Markdown that the descriptions use: `code` and **strong**. */
function toMarkup(text: string): Part {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith('**') ? html`<strong>${part.slice(2, -2)}</strong>` : part;
  });
}
