/** Every endpoint succeeds. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { webexId } from '../../../../shared/domain/webex-id.ts';
import { acme, api, expectFailure, fields, holdRemovals, ids, key } from './world.ts';

describe('every endpoint succeeds', () => {
  it('on customer records', async () => {
    await api.call('GET', '/?hierarchy=sys&state=active&order_by=name%20desc&page_size=2&missing_scope=any');
    const created = await api.call('POST', '/', {
      body: fields({
        account_number: webexId('ORGANIZATION', randomUUID()),
        http_proxy: 'http://user:secret@10.10.10.10:8123',
        shadow: [{ name: 'Shadow' }],
        sync: { every_hours: 6 },
      }),
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ http_proxy: 'http://user:****@10.10.10.10:8123/', sync: { every_hours: 6 } });
    const path = `/${created.body.id}`;
    const etag = { 'if-match': created.headers.get('etag')! };
    const patched = await api.call('PATCH', path, { headers: etag, body: { name: 'New name', http_proxy: null } });
    expect(patched.body).toMatchObject({ name: 'New name', http_proxy: null, sync: { every_hours: 6 } });
    expect((await api.call('GET', path)).body).toEqual(patched.body);
    expect((await api.call('DELETE', path, { headers: { 'if-match': `"${patched.body.etag}"` } })).status).toBe(204);
  });

  it('that acts on one customer', async () => {
    expect((await api.call('POST', `/${ids.customer}:refresh`, { headers: key() })).body.outcome).toBe('refreshed');
    expect((await api.call('POST', `/${ids.customer}:connect`)).body.url).toMatch(/^http/);
    const { body } = await api.call('POST', `/${ids.customer}:accessToken`);
    expect(api.webex.control.tokens(acme.id).accessTokens.map(({ value }) => value)).toContain(body.access_token);
    expect((await api.call('GET', `/${ids.customer}/events`)).body.events[0]).toMatchObject({
      type: 'access_token_revealed',
      by: 'portal@example.com',
      request: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('on syncs and held removals', async () => {
    expect((await api.call('GET', `/${ids.customer}/syncs?page_size=1`)).body.syncs[0].held.state).toBe('waiting');
    expect((await api.call('GET', `/${ids.customer}/syncs/${ids.run}/held`)).body.people).toHaveLength(60);
    expect((await api.call('POST', `/${ids.customer}/syncs/${ids.run}:reject`)).body.held.state).toBe('rejected');
    const again = await holdRemovals();
    const carried = await api.call('POST', `/${ids.customer}/syncs/${again}:approve`);
    expect(carried.body).toMatchObject({ state: 'queued', approves: again });
    await api.deliver();
    expect((await api.call('GET', `/${ids.customer}/syncs/${carried.body.id}`)).body).toMatchObject({ state: 'done' });
    await expectFailure([409, 'conflict'], 'POST', `/${ids.customer}/syncs/${ids.run}:approve`);
    await expectFailure([409, 'conflict'], 'POST', `/${ids.customer}/syncs/${again}:reject`);
    ids.run = again;
  });

  it('on users', async () => {
    const listed: string[] = [];
    let path = `/${ids.customer}/users?page_size=50`;
    for (let token: string | null = ''; token !== null; ) {
      const { body } = await api.call('GET', `${path}${token && `&page_token=${token}`}`);
      listed.push(...body.users.map(({ id }: { id: string }) => id));
      token = body.next_page_token;
    }
    expect(listed.toSorted()).toEqual([...api.webex.control.peopleList(acme.id)].map(({ id }) => id).toSorted());
    ids.user = listed[0]!;
    const one = await api.call('GET', `/${ids.customer}/users/${webexId('PEOPLE', ids.user)}`);
    expect((await api.call('GET', `/${ids.customer}/users?email=${one.body.emails[0]}`)).body.users[0].id).toBe(
      ids.user,
    );
    expect((await api.call('POST', `/${ids.customer}/users/${ids.user}:sync`)).body.outcome).toBe('unchanged');
    path = `/${ids.customer}/users?page_size=100&since=`;
    const gone: string[] = [];
    for (let more = true, since = ''; more; ) {
      const { body } = await api.call('GET', path + since);
      for (const { id, status } of body.users) if (status === 'removed') gone.push(id);
      [more, since] = [body.more, body.next_since];
    }
    expect(gone.length).toBeGreaterThanOrEqual(60);
  });

  it('on many customers', async () => {
    await api.deliver();
    const progress = await api.call('GET', `/operations/${ids.operation}`);
    expect(progress.body).toMatchObject({ state: 'done', counts: { done: 1, failed: 0 } });
    const links = await api.call('POST', '/operations', {
      headers: key(),
      body: { action: 'connect', hierarchy: 'sys.p', state: 'absent' },
    });
    await api.deliver();
    const { body } = await api.call('GET', `/operations/${links.body.id}/results?page_size=1`);
    expect(body.results[0]).toMatchObject({ outcome: 'done', url: expect.stringMatching(/^http.*connect/) });
  });

  it('on a syncing customer', async () => {
    expect((await api.call('POST', `/${ids.customer}:sync`, { headers: key() })).status).toBe(202);
    await api.deliver();
  });
});
