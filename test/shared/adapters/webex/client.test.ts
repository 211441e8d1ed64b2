import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { startWebex } from '../../../../local/webex/server.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import { codeOf, Failure, trackingIdOf } from '../../../../shared/domain/failure.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
import type { Webex } from '../../../../shared/ports.ts';
import { acme } from '../../../local/webex/fixture.ts';

async function apiForTest() {
  const webex = await startWebex();
  onTestFinished(() => webex.close());
  const integration = async () => ({ clientId: 'local-client', clientSecrets: [new Secret('local-secret')] });
  const api = webexApi(`${webex.url}/v1`, integration, { now: Date.now });
  const { access_token, refresh_token } = webex.control.grant({ orgId: acme });
  return {
    ...webex,
    refresh: () => api.refresh({ refreshToken: new Secret(refresh_token!) }),
    people: () => api.people({ accessToken: new Secret(access_token) }, { orgId: acme, max: 10 }),
  };
}

const failureOf = (call: Promise<unknown>): Promise<Failure> =>
  call.then(
    () => expect.fail('The call succeeded.'),
    (error) => (error instanceof Failure ? error : Promise.reject(error)),
  );

it('sends a tracking id of its own, and a failure carries it, whatever the answer was', async () => {
  const { control, people, refresh } = await apiForTest();
  const sent = /^WCA_[0-9a-f-]{36}$/;
  control.faults({ fault: { status: 500 } });
  expect(trackingIdOf(await failureOf(people()))).toMatch(sent);
  control.faults({ fault: { html: true } });
  expect(trackingIdOf(await failureOf(refresh()))).toMatch(sent);
  control.faults({ fault: { drop: 'before' } });
  expect(trackingIdOf(await failureOf(people()))).toMatch(sent);
});

it("prefers Webex's tracking id if Webex makes one of its own", async () => {
  const { control, people } = await apiForTest();
  control.settings({ echoTrackingId: false });
  control.faults({ fault: { status: 500 } });
  expect(trackingIdOf(await failureOf(people()))).toMatch(/^ROUTER_/);
});

it.each([
  [400, 'both', 'webex_forbidden'],
  [400, 'specific', 'webex_forbidden'],
  [403, 'both', 'webex_forbidden'],
] as const)('recognizes a lost role by status %i with error text %s', async (status, errorText, code) => {
  const { control, people } = await apiForTest();
  control.settings({ unfilteredByMember: status, errorText });
  control.changeRoles({ email: 'admin@acme.example', roles: [] });
  expect(codeOf(await failureOf(people()))).toBe(code);
});

it('takes any other 400 for unexpected', async () => {
  const { control, people } = await apiForTest();
  control.faults({ fault: { status: 400 } });
  expect(codeOf(await failureOf(people()))).toBe('webex_unexpected');
});

it.each([
  '<https,https://{host}/v1/people?{query}>; rel="next"',
  '<https://evil.invalid/v1/people?{query}>; rel="next"',
  '</v1/people/?{query}>; rel=next',
  '<http://{host}/v1/people?{query}&max=null&orgId=>; rel="last next"',
])('reads on at the cursor of a malformed link, and sends the token to Webex alone: %s', async (link) => {
  const { control, url } = await apiForTest();
  const integration = async () => ({ clientId: 'local-client', clientSecrets: [] });
  const api = webexApi(`${url}/v1`, integration, { now: Date.now });
  const accessToken = new Secret(control.grant({ orgId: acme }).access_token);
  const ids = async () => {
    const found: string[] = [];
    for (let cursor: string | undefined, page = 1; page === 1 || cursor; page++) {
      const { people, next } = await api.people({ accessToken }, { orgId: acme, max: 100, ...(cursor && { cursor }) });
      found.push(...people.map(({ id }) => id));
      cursor = next;
    }
    return found;
  };
  const everybody = await ids();
  expect(everybody.length).toBeGreaterThan(200);
  control.faults({ times: 'always', fault: { link } });
  expect(await ids()).toEqual(everybody);
});

it.each(['oauth', 'webex'] as const)(
  'tries the next client secret when one is refused in the form %s',
  async (errorBody) => {
    const { control, url } = await apiForTest();
    control.settings({ errorBody });
    const clientSecrets = ['new-secret-not-active-yet', 'local-secret'].map((secret) => new Secret(secret));
    const withBoth = webexApi(`${url}/v1`, async () => ({ clientId: 'local-client', clientSecrets }), {
      now: Date.now,
    });
    const refresh = (api: Webex) =>
      api.refresh({ refreshToken: new Secret(control.grant({ orgId: acme }).refresh_token!) });
    expect((await refresh(withBoth)).accessToken.reveal()).toMatch(/.+/);
    const withOne = webexApi(
      `${url}/v1`,
      async () => ({ clientId: 'local-client', clientSecrets: [clientSecrets[0]!] }),
      {
        now: Date.now,
      },
    );
    expect(codeOf(await failureOf(refresh(withOne)))).toBe('client_refused');
  },
);

it('tries the next client secret when Webex denies access without saying why', async () => {
  const { control, url } = await apiForTest();
  const clientSecrets = [new Secret('local-secret'), new Secret('local-secret')];
  const api = webexApi(`${url}/v1`, async () => ({ clientId: 'local-client', clientSecrets }), { now: Date.now });
  control.faults({ fault: { status: 401, body: {} } });
  const refreshToken = new Secret(control.grant({ orgId: acme }).refresh_token!);
  expect((await api.refresh({ refreshToken })).accessToken.reveal()).toMatch(/.+/);
});

it('reads at most 32 MB of a compressed response', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20));
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const api = webexApi(`http://127.0.0.1:${port}/v1`, async () => ({ clientId: 'c', clientSecrets: [] }), {
    now: Date.now,
  });
  const failure = await failureOf(api.me({ accessToken: new Secret('token') }));
  expect(failure.detail).toMatchObject({ code: 'webex_unavailable', cause: 'ERR_BUFFER_TOO_LARGE' });
});
