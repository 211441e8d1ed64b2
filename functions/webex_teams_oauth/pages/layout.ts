/** What every page shares: the document around it, the masthead, and small pieces. Pure: what to show in, HTML out. */

import { type Html, html, type Part } from '../../../shared/http/html.ts';
import { type Asset, icon, script, style } from '../assets.ts';

export interface Site {
  portalName: string;
  /** The public address of this function, without a slash at its end. */
  url: string;
}

export const siteTitle = (site: Site) => `Webex Teams Access Token Management for ${site.portalName}`;

const address = (site: Site, { path, version }: Asset) => `${site.url}${path}?${version}`;

interface Page {
  title: string;
  /** Epoch ms: the counters count from here, whatever the browser's clock says. */
  now: number;
  /** Whether the masthead names the site; off where the heading does. */
  named?: boolean;
  body: Part;
}

/** A whole document. */
export function document(site: Site, { title, now, named = true, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${address(site, icon)}" type="image/svg+xml">
<link rel="stylesheet" href="${address(site, style)}">
<script src="${address(site, script)}" defer></script>
</head>
<body data-now="${now}">
<main>
<div class="brand"><img src="${address(site, icon)}" alt="" width="40" height="40">${named ? html`<span>${siteTitle(site)}</span>` : undefined}</div>
${body}
</main>
</body>
</html>
`.text;
}

/** Text of outside: its direction must not turn the sentence around it. */
export const named = (text: string): Html => html`<bdi>${text}</bdi>`;

/** Pairs of what and who. */
export function facts(pairs: [label: string, value: Part][]): Html {
  const rows = pairs.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`);
  return html`<dl class="facts">\n${rows}</dl>`;
}

/** Times that run out. The script counts them on. */
export function counters(times: [label: string, at: number | undefined][], now: number): Html {
  const tiles = times.map(([label, at]) =>
    at === undefined
      ? html`<div><dt>${label}</dt>
<dd>Unknown</dd>
<dd>Webex did not say</dd></div>\n`
      : html`<div><dt>${label}</dt>
<dd><time datetime="${new Date(at).toISOString()}" data-counter>${left(at - now)}</time></dd>
<dd>until ${utc(at)} UTC</dd></div>\n`,
  );
  return html`<dl class="counters">\n${tiles}</dl>`;
}

/** `7 Dec 2026, 20:16`, without `Intl`, whose data cost the first page of a process 19 ms. */
function utc(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${Number(day)} ${month} ${year}, ${time!.slice(0, 5)}`;
}

/** `13 days 23:59:12`, as the script counts it on. */
export function left(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} ${days === 1 ? 'day' : 'days'} ${clock}`;
}

export const goodSeal = html`<div class="seal good"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m5 12.5 4.5 4.5L19 7.5"/></svg></div>`;
export const badSeal = html`<div class="seal bad"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 6.5v7M12 17.5v.01"/></svg></div>`;
