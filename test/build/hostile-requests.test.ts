/** Each function as it is deployed, under requests that try to fill its memory: their bodies must not accumulate. */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../scripts/build.ts';
import { forEachConcurrently } from '../../shared/domain/for-each-concurrently.ts';
import { type FunctionProcess, startFunction, unpackBundles } from '../support/deployed.ts';

const mib = 2 ** 20;
const requests = 1_000;
const concurrency = 100;
const mayGrowBy = 20 * mib;

const post = (headers: string, body: Buffer | string) => {
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
};
const whole = (body: Buffer | string, headers = '') =>
  post(`Content-Length: ${Buffer.byteLength(body)}${headers}`, body);
const zeros = Buffer.alloc(64 * mib);
const chunk = `${(64 * 1024).toString(16)}\r\n${'['.repeat(64 * 1024)}\r\n`;

/** A request's first bytes, and what is sent again and again until the function responds. */
const attacks: { what: string; start: Buffer; more?: { text: string; everyMs: number } }[] = [
  { what: 'gzip that unpacks to 64 MiB', start: whole(gzipSync(zeros), '\r\nContent-Encoding: gzip') },
  { what: 'brotli that unpacks to 64 MiB', start: whole(brotliCompressSync(zeros), '\r\nContent-Encoding: br') },
  { what: '3 MB of empty arrays', start: whole(`[${'[],'.repeat(mib)}[]]`) },
  { what: '30,000 arrays within each other', start: whole('['.repeat(30_000)) },
  { what: 'a body without an end', start: post('Transfer-Encoding: chunked', ''), more: { text: chunk, everyMs: 1 } },
  { what: 'a slow body', start: post('Content-Length: 60000', '{'), more: { text: ' ', everyMs: 50 } },
  { what: 'a body that never comes', start: post('Content-Length: 60000', '') },
  { what: 'a longer body than announced', start: post('Content-Length: 2', `[x${'x'.repeat(100_000)}`) },
];

/** Sends an attack and waits for the response, but not for ever: slow bodies are given up by the attacker. */
function attack(port: number, { start, more }: (typeof attacks)[number]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = () => socket.destroy();
    const timers = [setTimeout(end, 2_000)];
    if (more) timers.push(setInterval(() => socket.writableLength < mib && socket.write(more.text), more.everyMs));
    socket.once('data', end);
    socket.on('error', end);
    socket.once('close', () => {
      for (const timer of timers) clearTimeout(timer);
      resolve();
    });
    socket.write(start);
  });
}

function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kib) * 1024;
}

describe.runIf(process.platform === 'linux')('a deployed function', () => {
  let bundles: Awaited<ReturnType<typeof unpackBundles>>;
  beforeAll(async () => {
    bundles = await unpackBundles();
  });
  afterAll(() => bundles.remove());

  it.each(functionNames)(
    '%s keeps its memory within 20 MiB under 1,000 hostile requests, and answers others',
    async (name) => {
      const env = { CALLER_AUDIENCE: 'https://example.com/customers' };
      const instance: FunctionProcess = await startFunction({ target: name, source: join(bundles.folder, name), env });
      try {
        await instance.listening();
        const { port } = new URL(instance.url);
        const honest = async () => (await fetch(`${instance.url}/%`)).status;
        for (let n = 0; n < 200; n++) expect(await honest()).toBe(400);
        const baseline = residentBytes(instance.child.pid!);
        let peak = 0;
        const watching = setInterval(() => {
          peak = Math.max(peak, residentBytes(instance.child.pid!));
        }, 20);
        const list = Array.from({ length: requests }, (_, n) => attacks[n % attacks.length]!);
        const work = forEachConcurrently(list, { concurrency }, (each) => attack(Number(port), each));
        const isDone = work.then(() => true);
        while (!(await Promise.race([isDone, sleep(200, false)]))) {
          expect(await honest()).toBe(400);
        }
        clearInterval(watching);
        expect(peak - baseline).toBeLessThan(mayGrowBy);
        expect(instance.output()).not.toContain('"severity":"ERROR"');
        expect(instance.child.exitCode).toBeNull();
      } finally {
        await instance.end('SIGKILL');
      }
    },
  );
});
