import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correlation } from '../../../shared/http/correlation.ts';
import { maxBodyBytes } from '../../../shared/http/request-body.ts';
import { guardFunction } from '../../../shared/http/request-guard.ts';

/** What the function was called with, and what the guard logged. */
let calls: { body: unknown; raw: string | undefined; trace: unknown }[] = [];
const lines: string[] = [];
const log = { info: () => {}, warn: () => {}, error: (event: string) => void lines.push(event) };
let server: Server;
let url: string;
let port: number;

beforeAll(async () => {
  const name = `guarded-${randomUUID()}`;
  const facts = correlation('p');
  guardFunction(log, { headers: { 'x-from-guard': 'yes' } });
  http(name, (received, response) => {
    const trace = facts()['logging.googleapis.com/trace'];
    calls.push({ body: received.body, raw: received.rawBody?.toString(), trace });
    response.send('done');
  });
  server = getTestServer(name);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const json = { 'content-type': 'application/json' };

async function send(init: RequestInit, path = '/') {
  calls = [];
  const response = await fetch(url + path, init);
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}

describe('a request within the limits', () => {
  it('reaches the function with its parsed body, its raw bytes and its trace', async () => {
    const body = '{"name":"Müller"}';
    const traceparent = `00-${'a'.repeat(32)}-00f067aa0ba902b7-01`;
    expect(await send({ method: 'POST', headers: { ...json, traceparent }, body })).toMatchObject({ status: 200 });
    expect(calls).toEqual([
      { body: { name: 'Müller' }, raw: body, trace: 'projects/p/traces/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
    ]);
  });

  it('may be without a body, chunked, or as large as the limit', async () => {
    expect((await send({})).status).toBe(200);
    expect(calls[0]).toMatchObject({ raw: undefined });
    const pieces = new ReadableStream({
      async start(controller) {
        for (const piece of ['{"a":', '1}']) {
          controller.enqueue(new TextEncoder().encode(piece));
          await sleep(5);
        }
        controller.close();
      },
    });
    await send({ method: 'POST', headers: json, body: pieces, duplex: 'half' } as RequestInit);
    expect(calls[0]).toMatchObject({ body: { a: 1 } });
    expect((await send({ method: 'POST', body: Buffer.alloc(maxBodyBytes) })).status).toBe(200);
    expect(calls[0]!.raw).toHaveLength(maxBodyBytes);
  });

  it('may ask with Expect: 100-continue before it sends its body', async () => {
    const sent = request(url, { method: 'POST', headers: { ...json, expect: '100-continue', 'content-length': 2 } });
    sent.flushHeaders();
    await once(sent, 'continue');
    sent.end('{}');
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });
});

describe('a hostile request', () => {
  const refused = async (init: RequestInit, path?: string) => {
    const { status, text, headers } = await send(init, path);
    expect(calls).toEqual([]);
    expect(headers.get('x-from-guard')).toBe('yes');
    return [status, JSON.parse(text).code];
  };
  const post = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = json) => ({
    method: 'POST',
    headers,
    body,
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'identity, gzip'])(
    'is refused before anything inflates its body (%s)',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(2 ** 20));
      expect(await refused(post(bomb, { ...json, 'content-encoding': encoding }))).toEqual([
        415,
        'unsupported_media_type',
      ]);
    },
  );

  it.each([
    ['30 MB of empty arrays', post(Buffer.from(`[${'[],'.repeat(10 * 2 ** 20)}[]]`)), [413, 'request_too_large']],
    ['30,000 nested arrays', post('['.repeat(30_000)), [400, 'invalid_request']],
    ['a body that is not UTF-8', post(Buffer.from('"ü"', 'latin1')), [400, 'invalid_request']],
    ['a body that is not JSON', post('{'), [400, 'invalid_request']],
  ])('is refused before anything parses it: %s', async (_what, init, expected) => {
    expect(await refused(init)).toEqual(expected);
  });

  it.each(['/connect/%ZZ', '/%', '/?name=%FC', '/%C0%AF'])('is refused with a problem: %s', async (path) => {
    expect(await refused({}, path)).toEqual([400, 'invalid_request']);
  });

  it('is refused without being read when it asks first', async () => {
    const headers = { ...json, expect: '100-continue', 'content-length': 30_000_000 };
    const sent = request(url, { method: 'POST', headers });
    sent.on('error', () => {});
    let continued = false;
    sent.on('continue', () => {
      continued = true;
    });
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    expect([response.statusCode, continued]).toEqual([413, false]);
    sent.destroy();
  });

  it('with an endless body is refused at the limit, and its connection is closed', async () => {
    calls = [];
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = `${(2 ** 14).toString(16)}\r\n${'x'.repeat(2 ** 14)}\r\n`;
    const timer = setInterval(() => socket.writable && socket.write(piece), 1);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(timer);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(calls).toEqual([]);
  });

  it('with a slow body gives way when many bodies are under way, and an honest request is answered meanwhile', async () => {
    const sockets = Array.from({ length: 120 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx');
      return socket;
    });
    const refusals = sockets.slice(0, 70).map((socket) => once(socket, 'data').then(([data]) => String(data)));
    for (const refusal of await Promise.all(refusals)) expect(refusal).toMatch(/^HTTP\/1\.1 408 /);
    expect((await send(post('{}'))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('logs no error', () => {
    expect(lines).toEqual([]);
  });
});
