import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncUsers } from '../../../functions/sync_users/sync_users.ts';
import { testPorts } from '../../support/ports.ts';

const ports = testPorts({ url: 'http://webex.invalid' });
let server: Server;
let url: string;

beforeAll(async () => {
  cloudEvent('sync_users', syncUsers(ports));
  server = getTestServer('sync_users').listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe('a request to sync_users that is no message', () => {
  it.each([
    ['by GET', { method: 'GET' }, 405],
    ['without a body', { method: 'POST' }, 400],
  ])('%s is refused in one sentence, and nothing is logged as an error', async (_name, init, status) => {
    const response = await fetch(url, init);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { detail: string }).detail).toMatch(/^[A-Z][^.]*\.$/);
    expect(ports.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
