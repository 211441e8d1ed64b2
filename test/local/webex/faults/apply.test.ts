import { describe, expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { acme, globex, webexForTest } from '../fixture.ts';

describe('a refusal of the token endpoint', () => {
  it.each([
    ['invalid_request', 400],
    ['invalid_client', 401],
    ['unauthorized_client', 400],
    ['invalid_grant', 400],
    ['invalid_scope', 400],
    ['unsupported_grant_type', 400],
  ] as const)('%s comes with status %i in either error body, without acting', async (refuse, status) => {
    const { control, refresh } = await webexForTest({ rotation: 'rotate' });
    const { refresh_token = '' } = control.grant({ orgId: acme });
    control.faults({ match: { grant: 'refresh_token' }, fault: { refuse, as: 'oauth' } });
    control.faults({ match: { grant: 'refresh_token' }, fault: { refuse, as: 'webex' } });
    expect(await refresh(refresh_token)).toMatchObject({ status, body: { error: refuse } });
    const inWebexForm = await refresh(refresh_token);
    expect(inWebexForm.status).toBe(status);
    expect(inWebexForm.body).toEqual({
      message: expect.any(String),
      errors: [{ description: expect.any(String) }],
      trackingId: inWebexForm.headers.get('trackingid'),
    });
    expect(control.isAlive(refresh_token)).toBe(true);
  });

  it('uses the error body of the settings, and the description and status of the fault', async () => {
    const { control, refresh } = await webexForTest();
    control.settings({ errorBody: 'webex' });
    control.faults({ fault: { refuse: 'invalid_client', description: 'Client not found', status: 400 } });
    expect(await refresh('x')).toMatchObject({ status: 400, body: { errors: [{ description: 'Client not found' }] } });
  });

  it('falls on one refresh token or on some organizations, beside one that falls on all', async () => {
    const { control, refresh } = await webexForTest();
    const first = control.grant({ orgId: acme }).refresh_token!;
    const second = control.grant({ orgId: acme }).refresh_token!;
    const third = control.grant({ orgId: globex }).refresh_token!;
    const errors = async () => {
      const replies = await Promise.all([first, second, third].map(refresh));
      return replies.map(({ body }) => body.error);
    };
    control.faults({ match: { refreshToken: second }, times: 'always', fault: { refuse: 'invalid_client' } });
    expect(await errors()).toEqual([undefined, 'invalid_client', undefined]);
    control.faults({ match: { orgId: [globex, 'other'] }, times: 'always', fault: { refuse: 'invalid_request' } });
    expect(await errors()).toEqual([undefined, 'invalid_client', 'invalid_request']);
    control.faults({ match: { grant: 'refresh_token' }, times: 'always', fault: { refuse: 'invalid_grant' } });
    expect(await errors()).toEqual(['invalid_grant', 'invalid_client', 'invalid_request']);
  });
});

describe('an answer without acting', () => {
  it('is a page of HTML with any status and header', async () => {
    const { control, get, refresh } = await webexForTest();
    control.faults({ fault: { html: true } });
    control.faults({ fault: { html: true, status: 200 } });
    control.faults({ fault: { html: true, status: 401, headers: { 'WWW-Authenticate': 'Basic' } } });
    control.faults({ fault: { html: true, status: 429, retryAfter: 3600 } });
    const { status, headers, body } = await get('/v1/people');
    expect({ status, type: headers.get('content-type') }).toEqual({ status: 503, type: 'text/html;charset=utf-8' });
    expect(body).toContain('<h1>');
    expect((await get('/v1/people')).status).toBe(200);
    expect((await refresh('x')).headers.get('www-authenticate')).toBe('Basic');
    expect((await get('/v1/people')).headers.get('retry-after')).toBe('3600');
  });

  it.each([
    [undefined, null],
    [0, '0'],
    [3600, '3600'],
    ['soon', 'soon'],
    ['Wed, 25 Nov 2026 20:00:00 GMT', 'Wed, 25 Nov 2026 20:00:00 GMT'],
  ])('carries Retry-After as ordered: %s', async (retryAfter, header) => {
    const { control, get } = await webexForTest();
    for (const status of [429, 503]) {
      control.faults({ fault: { status, ...(retryAfter !== undefined && { retryAfter }) } });
      const refused = await get('/v1/people');
      expect({ status: refused.status, header: refused.headers.get('retry-after') }).toEqual({ status, header });
    }
  });

  it('falls on a look-up by id or on a page behind a cursor alone', async () => {
    const { control, get, scan } = await webexForTest();
    control.faults({ match: { query: '[?&]id=' }, fault: { status: 408 } });
    control.faults({ match: { query: 'cursor=' }, fault: { status: 404 } });
    expect((await get('/v1/people?max=10')).status).toBe(200);
    expect((await get('/v1/people?id=x')).status).toBe(408);
    expect((await scan('/v1/people?max=200')).map(({ status }) => status)).toEqual([200, 404]);
  });

  it('falls on one person', async () => {
    const { control, get } = await webexForTest();
    const [, first, second] = [...control.peopleList(acme)].map(({ id }) => webexId('PEOPLE', id));
    control.faults({ match: { path: `/people/${first}$` }, times: 'always', fault: { status: 403 } });
    expect((await get(`/v1/people/${first}`)).status).toBe(403);
    expect((await get(`/v1/people/${second}`)).status).toBe(200);
  });

  it.each([{ status: 401 }, { status: 503 }, { status: 429, retryAfter: 2 }])(
    'falls on the first calls with a new token alone: %o',
    async (fault) => {
      const { control, get, consent, exchange, token } = await webexForTest({ now: () => 0 });
      control.clock({ advanceMs: 5000 });
      control.faults({ match: { path: 'people/me$', tokenYoungerThanMs: 2000 }, times: 2, fault });
      const { access_token } = (await exchange((await consent()).get('code'))).body;
      expect((await get('/v1/people/me', token)).status).toBe(200);
      const statuses = [];
      for (let call = 0; call < 3; call++) statuses.push((await get('/v1/people/me', access_token)).status);
      expect(statuses).toEqual([fault.status, fault.status, 200]);
    },
  );

  it('drops the first call with a new token', async () => {
    const { control, get, token } = await webexForTest();
    control.faults({ match: { path: 'people/me$', tokenYoungerThanMs: 60_000 }, fault: { drop: 'before' } });
    await expect(get('/v1/people/me', token)).rejects.toThrow();
    expect((await get('/v1/people/me', token)).status).toBe(200);
  });
});

describe('a changed answer', () => {
  it.each([
    [{ omit: ['refresh_token_expires_in'] }, undefined],
    [{ set: { refresh_token_expires_in: 0 } }, 0],
    [{ set: { refresh_token_expires_in: 7_775_999_999 } }, 7_775_999_999],
    [{ set: { refresh_token_expires_in: '90d' } }, '90d'],
  ])('gives another lifetime or none: %o', async (fault, lifetime) => {
    const { control, consent, exchange } = await webexForTest();
    control.faults({ match: { grant: 'authorization_code' }, fault });
    const { status, body } = await exchange((await consent()).get('code'));
    expect(status).toBe(200);
    expect(body.refresh_token_expires_in).toBe(lifetime);
    expect(body.expires_in).toBe(1_209_599);
  });

  it('has a person of another organization, one without an id, one with errors, and no roles at all', async () => {
    const { control, get } = await webexForTest();
    const foreign = webexId('ORGANIZATION', globex);
    control.faults({
      fault: {
        set: { 'items.0.orgId': foreign, 'items.2.errors': { title: { code: 'kms_failure' } }, 'items.3': null },
        omit: ['items.1.id', 'items.*.roles'],
      },
    });
    const { items } = (await get('/v1/people?max=5')).body;
    expect(items[0]!.orgId).toBe(foreign);
    expect(items[1]).not.toHaveProperty('id');
    expect(items[2]!.errors).toEqual({ title: { code: 'kms_failure' } });
    expect(items[3]).toBeNull();
    expect(items.some((item) => item && 'roles' in item)).toBe(false);
  });

  it('has a total that counts rooms, is a text, or is missing', async () => {
    const { control, get } = await webexForTest();
    const path = `/identity/scim/${acme}/v2/Users?count=1`;
    control.faults({ fault: { set: { totalResults: 262 } } });
    control.faults({ fault: { set: { totalResults: '250' } } });
    control.faults({ fault: { omit: ['totalResults'] } });
    control.faults({ match: { path: '/identity/scim/' }, fault: { status: 401 } });
    expect((await get(path)).body.totalResults).toBe(262);
    expect((await get(path)).body.totalResults).toBe('250');
    expect((await get(path)).body).not.toHaveProperty('totalResults');
    expect((await get(path)).status).toBe(401);
  });

  it('leaves alone what a path does not lead to', async () => {
    const { control, get } = await webexForTest();
    control.faults({ fault: { set: { 'items.900.title': 'x', 'notFoundIds.0': 'x' }, omit: ['none.at.all'] } });
    const { body } = await get('/v1/people?max=3');
    expect(body.items).toHaveLength(3);
    expect(body.notFoundIds).toBeNull();
  });

  it.each([
    ['<https,https://{host}/v1/people?{query}>; rel="next"', /^<https,https:\/\/127\.0\.0\.1:\d+\/v1\/people\?max=10/],
    ['</v1/people/?{query}>; rel=next', /^<\/v1\/people\/\?max=10.*rel=next$/],
    ['<{next}>; rel="last next"', /^<http:.*rel="last next"$/],
    ['<https://cdn.invalid/v1/people?{query}>; rel="next"', /^<https:\/\/cdn\.invalid\//],
    ['no link at all', /^no link at all$/],
  ])('has its Link header replaced: %s', async (link, header) => {
    const { control, get } = await webexForTest();
    control.faults({ times: 'always', fault: { link } });
    expect((await get('/v1/people?max=10')).headers.get('link')).toMatch(header);
    expect((await get('/v1/people?max=250')).headers.get('link')).toBeNull();
  });
});

it('lists people with odd ids and very large documents as they were given', async () => {
  const { control, get } = await webexForTest();
  const ids = ['..', '.', '__a__', 'a/b', 'x'.repeat(200), ' '];
  control.people({ orgId: acme, upsert: ids.map((id) => ({ id, emails: [], displayName: id })) });
  control.people({ orgId: acme, upsert: [{ id: '..', title: 'x'.repeat(2_000_000) }] });
  const { items } = (await get('/v1/people?max=300')).body;
  const listed = new Map(items.map((item) => [item.id, item]));
  for (const id of ids) expect(listed.has(webexId('PEOPLE', id)), id).toBe(true);
  expect(listed.get(webexId('PEOPLE', '..'))!.title).toHaveLength(2_000_000);
  const path = `/v1/people/${encodeURIComponent(webexId('PEOPLE', '__a__'))}`;
  expect((await get(path)).body.displayName).toBe('__a__');
});
