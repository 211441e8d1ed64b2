/** The frame of the stand-in's pages, and escaping. */

import type { Answer } from './answers.ts';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text as HTML. */
export const safe = (text: string) => text.replace(/[&<>"']/g, (letter) => entities[letter]!);

const style =
  'body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f2f4f5;color:#121212}main{max-width:26rem;margin:10vh auto;' +
  'padding:2rem;background:#fff;border-radius:8px}label{display:block}input{box-sizing:border-box;width:100%;padding:.5rem;' +
  'margin:.25rem 0 1rem;font:inherit}button{padding:.5rem 1.25rem;font:inherit}a{color:#00517d}[role=alert]{color:#a30b0b}';

export function page(title: string, content: string, status = 200): Answer {
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
