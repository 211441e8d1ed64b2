/** The parts that all pages share: the document, its header, and small building blocks. Pure functions that return HTML. */

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
  /** Epoch ms. The counters start here, because the browser's clock may be wrong. */
  now: number;
  /** Whether the header shows the site's name; false if the heading does. */
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

/** A name from outside, isolated so that right-to-left text cannot reorder the sentence around it. */
export const named = (text: string): Html => html`<bdi>${text}</bdi>`;

/** A list of labels and values. */
export function facts(pairs: [label: string, value: Part][]): Html {
  const rows = pairs.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>\n`);
  return html`<dl class="facts">\n${rows}</dl>`;
}

/** Countdowns, which the script keeps up to date. Without an end, the tile says so. */
export function counters(times: [label: string, at: number | undefined][], now: number): Html {
  const tiles = times.map(([label, at]) =>
    at === undefined
      ? html`<div><dt>${label}</dt>
<dd>Unknown</dd>
<dd>Webex did not say</dd></div>\n`
      : html`<div><dt>${label}</dt>
<dd><time datetime="${new Date(at).toISOString()}" data-counter>${timeLeft(at - now)}</time></dd>
<dd>until ${utc(at)} UTC</dd></div>\n`,
  );
  return html`<dl class="counters">\n${tiles}</dl>`;
}

/** `7 Dec 2026, 20:16`. Without `Intl`: loading its data delays the first page of a process by 19 ms. */
function utc(at: number): string {
  const [, day, month, year, time] = new Date(at).toUTCString().split(' ');
  return `${Number(day)} ${month} ${year}, ${time!.slice(0, 5)}`;
}

/** `13 days 23:59:12`; `count` in page.js writes the same. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  return days === 0 ? clock : `${days} ${days === 1 ? 'day' : 'days'} ${clock}`;
}

export const goodSeal = html`<div class="seal good"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m5 12.5 4.5 4.5L19 7.5"/></svg></div>`;
export const badSeal = html`<div class="seal bad"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 6.5v7M12 17.5v.01"/></svg></div>`;
