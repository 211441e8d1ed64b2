import { expect, it, onTestFinished } from 'vitest';
import { startWebex } from '../../../../local/webex/server.ts';
import { webexApi } from '../../../../shared/adapters/webex/client.ts';
import { codeOf, Failure, trackingIdOf } from '../../../../shared/domain/failure.ts';
import { Secret } from '../../../../shared/domain/secret.ts';
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
