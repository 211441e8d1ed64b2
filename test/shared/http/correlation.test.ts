import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { describe, expect, it } from 'vitest';
import { correlation, correlationFields } from '../../../shared/http/correlation.ts';

const trace = (n: number) => n.toString(16).padStart(32, '0');
const span = '00f067aa0ba902b7';

describe('the correlation of a line with its request', () => {
  it.each([
    ['traceparent', { traceparent: `00-${trace(7)}-${span}-01` }, true],
    ['traceparent, not sampled', { traceparent: `00-${trace(7)}-${span}-00` }, false],
    ['X-Cloud-Trace-Context', { 'x-cloud-trace-context': `${trace(7)}/${BigInt(`0x${span}`)};o=1` }, true],
    ['both', { traceparent: `00-${trace(7)}-${span}-01`, 'x-cloud-trace-context': `${trace(8)}/1;o=0` }, true],
  ])('is taken from %s', (_name, headers, sampled) => {
    expect(correlationFields(headers, 'p')).toEqual({
      'logging.googleapis.com/trace': `projects/p/traces/${trace(7)}`,
      'logging.googleapis.com/spanId': span,
      'logging.googleapis.com/trace_sampled': sampled,
    });
  });

  it('names the execution', () => {
    const labels = { 'logging.googleapis.com/labels': { execution_id: 'abc-123' } };
    expect(correlationFields({ 'function-execution-id': 'abc-123' }, 'p')).toEqual(labels);
  });

  it.each([
    {},
    { traceparent: 'rubbish' },
    { traceparent: `00-${'z'.repeat(32)}-${span}-01` },
    { 'x-cloud-trace-context': `${trace(7)}` },
    { 'function-execution-id': 'a"},"severity":"ERROR' },
  ])('is nothing for %o', (headers) => {
    expect(correlationFields(headers, 'p')).toEqual({});
  });

  it("stays with each request through the framework's middleware, a body, timers and a connection that is used again", async () => {
    const facts = correlation('p');
    http('correlated', async (received, response) => {
      await sleep(20 * Math.random());
      await new Promise((resolve) => setImmediate(resolve));
      response.json({ asked: received.body.n, seen: facts()['logging.googleapis.com/trace'] });
    });
    const server = getTestServer('correlated').listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const agent = new Agent({ keepAlive: true, maxSockets: 3 });
    const call = async (n: number) => {
      const headers = { 'content-type': 'application/json', traceparent: `00-${trace(n)}-${span}-01` };
      const sent = request({ port, agent, method: 'POST', headers });
      // In two pieces: the end of the body comes by an event of its own.
      sent.write(`{"n":`);
      await sleep(5);
      sent.end(`${n}}`);
      const [answer] = await once(sent, 'response');
      let text = '';
      for await (const chunk of answer) text += chunk;
      return JSON.parse(text);
    };
    const numbers = Array.from({ length: 30 }, (_, n) => n + 1);
    const answers = await Promise.all(numbers.map(call));
    expect(answers).toEqual(numbers.map((n) => ({ asked: n, seen: `projects/p/traces/${trace(n)}` })));
    agent.destroy();
    server.close();
  });

  it('does not leak to a request that came in the same packet without a trace', async () => {
    const facts = correlation('p');
    const seen: unknown[] = [];
    const server = createServer(async (_request, response) => {
      await sleep(1);
      seen.push(facts()['logging.googleapis.com/trace']);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
    socket.write(
      `GET / HTTP/1.1\r\nHost: a\r\ntraceparent: 00-${trace(1)}-${span}-01\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    socket.resume();
    await once(socket, 'close');
    expect(seen).toEqual([`projects/p/traces/${trace(1)}`, undefined]);
    server.close();
  });
});
