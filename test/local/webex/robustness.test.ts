import { createConnection } from 'node:net';
import { expect, it } from 'vitest';
import { acme, webexForTest } from './fixture.ts';

/** What the server returns for raw bytes, until it closes the connection or sends nothing for 200 ms. */
function raw(url: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
    let received = '';
    const finish = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setTimeout(200, finish);
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', finish).on('error', finish);
    socket.end(bytes);
  });
}

it('survives bytes that are not HTTP', async () => {
  const { url, get } = await webexForTest();
  const rubbish = [
    'GET',
    '\r\n\r\n',
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]),
    'GET / HTTP/1.1\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: a b\r\n\r\n',
    'GET //// HTTP/1.1\r\nHost: x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /v1/people HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'POST /v1/access_token HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort',
    'POST /v1/access_token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ];
  for (const bytes of rubbish) await raw(url, bytes);
  expect(await raw(url, 'GET http://webex.invalid/v1/people HTTP/1.1\r\nHost: x\r\n\r\n')).toContain('401');
  expect((await get('/v1/people/me')).status).toBe(200);
});

it.each([
  '/v1/people?max=1e9',
  '/v1/people?id=,,,',
  '/v1/people?email=%',
  '/v1/people?cursor=bGltaXQ9OTk5OTk5OTk5JnN0YXJ0SW5kZXg9OTk5OTk5OTk5',
  '/v1/people?displayName=(',
  '/v1/people/%E0%A4%A',
  '/v1/people/..%2f..%2fme',
  `/identity/scim/${acme}/v2/Users?startIndex=-5&count=-5`,
  '/identity/scim/%/v2/Users',
  '/v1/organizations/%00',
  '/v1/authorize?client_id[]=x',
  '/v1/authorize?redirect_uri=javascript:alert(1)',
  '/_control/people/list?orgId=x',
  '/_control/',
  '/_control/constructor',
])('answers %s without a server error', async (path) => {
  const { get } = await webexForTest();
  const { status, headers } = await get(path);
  expect(status).toBeLessThan(500);
  expect(headers.get('trackingid')).toMatch(/^ROUTER_/);
});

it.each([
  ['clock', { advanceMs: 'soon' }],
  ['clock', { now: 1e300 }],
  ['clock', []],
  ['people', { orgId: 'nobody', add: 1 }],
  ['people', { orgId: acme, add: -1 }],
  ['people', { orgId: acme, upsert: 5 }],
  ['people', { orgId: acme, upsert: [{ emails: null }] }],
  ['people', { orgId: acme, churn: { seed: 1 } }],
  ['faults', { fault: { status: 42 } }],
  ['faults', { fault: { status: 200, retryAfter: 'a\r\nb' } }],
  ['faults', { match: { path: '(' }, fault: { status: 500 } }],
  ['faults', { fault: {} }],
  ['settings', { latencyMs: 'x' }],
  ['settings', { unknown: 1 }],
  ['users/role', { email: 'nobody@acme.example', roles: [] }],
  ['users/role', { email: 'admin@acme.example', roles: ['king'] }],
  ['grant', { orgId: acme, email: 'admin@globex.example' }],
  ['organizations', { id: acme, name: 'x', people: 1 }],
])('refuses invalid input of a control operation: %s %o', async (operation, input) => {
  const { post, get } = await webexForTest();
  const { status, body } = await post(`/_control/${operation}`, input);
  expect(status).toBe(400);
  expect(body.message.length).toBeGreaterThan(5);
  expect((await get('/v1/people?max=1')).status).toBe(200);
});

it('refuses control input that is not JSON, and bodies above 16 MiB', async () => {
  const { url } = await webexForTest();
  const broken = await fetch(`${url}/_control/clock`, { method: 'POST', body: '{' });
  expect(broken.status).toBe(400);
  const huge = await fetch(`${url}/v1/access_token`, { method: 'POST', body: Buffer.alloc(17 * 1024 * 1024) });
  expect(huge.status).toBe(413);
});
