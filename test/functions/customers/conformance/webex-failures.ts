/** Every documented failure that Webex, a proxy or the state of the grant causes. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../../local/webex/faults/rules.ts';
import type { Customer } from '../../../../shared/domain/customer.ts';
import { customerPath } from '../../../../shared/storage/layout.ts';
import { api, changeConnection, expectFailure, expiredGrant, freshGrant, ids, refresh } from './world.ts';

describe('every documented failure of a call of Webex', () => {
  const faults: [string, [number, string], FaultRule['match'], FaultRule['fault']][] = [
    ['Webex cannot be reached', [502, 'webex_unavailable'], refresh, { status: 503 }],
    ['Webex limits the number of requests', [503, 'webex_rate_limited'], refresh, { status: 429, retryAfter: 3600 }],
    ['Webex responds with an unknown status', [502, 'webex_unexpected'], refresh, { status: 418 }],
    ['Webex refuses the grant', [502, 'grant_refused'], refresh, { status: 400, body: { error: 'invalid_grant' } }],
    ['Webex refuses the client', [502, 'client_refused'], refresh, { status: 401, body: { error: 'invalid_client' } }],
  ];
  const pathsThatCallWebex = () => [
    `/${ids.customer}:refresh`,
    `/${ids.customer}:accessToken`,
    `/${ids.customer}/users/${ids.user}:sync`,
  ];

  it.each(faults)('%s', async (_, expected, match, fault) => {
    for (const path of pathsThatCallWebex()) {
      await expiredGrant();
      const { id } = api.webex.control.faults({ match, fault, times: 'always' });
      await expectFailure(expected, 'POST', path);
      api.webex.control.clearFaults(id);
    }
  });

  it('the proxy has a local address', async () => {
    const read = (await api.ports.store.get<Customer>(customerPath(ids.customer)))!;
    const proxied = { ...read.data, httpProxy: 'http://169.254.169.254:80' };
    await api.ports.store.commit([{ set: read.path, data: proxied }]);
    for (const path of pathsThatCallWebex()) {
      await expiredGrant();
      await expectFailure([409, 'proxy_refused'], 'POST', path);
    }
    await api.ports.store.commit([{ set: read.path, data: read.data }]);
  });

  it('the grant has ended', async () => {
    await expiredGrant();
    await changeConnection((connection, now) => ({ ...connection, state: 'reauthorization_required', retriedAt: now }));
    for (const path of pathsThatCallWebex()) await expectFailure([409, 'reauthorization_required'], 'POST', path);
  });

  it('Webex refuses to show one person', async () => {
    await freshGrant();
    for (const [status, expected] of [
      [401, [502, 'webex_unauthorized']],
      [403, [502, 'webex_forbidden']],
    ] as const) {
      const match = { path: 'people/' };
      const { id } = api.webex.control.faults({ match, fault: { status }, times: 'always' });
      await expectFailure(expected as never, 'POST', `/${ids.customer}/users/${ids.user}:sync`);
      api.webex.control.clearFaults(id);
    }
    const nobody = await api.call('POST', `/${ids.customer}/users/${randomUUID()}:sync`);
    expect(nobody.body).toEqual({ outcome: 'not_found', user: null });
  });

  it('the only pair has not been verified yet', async () => {
    await freshGrant();
    await changeConnection(({ grant, ...rest }, now) => ({
      ...rest,
      pending: { ...grant!, id: 'p', source: 'pasted', receivedAt: now, tries: 0 },
      lease: { owner: 'another worker', endsAt: now + 60_000 },
    }));
    await expectFailure([409, 'busy'], 'POST', `/${ids.customer}:accessToken`);
    await freshGrant();
  });
});
