import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWebex } from '../../../../local/webex/server.ts';
import { acme, administrator, globex } from '../fixture.ts';

const initech = '99999999-8888-4777-8666-555555555555';
const boss = { email: 'boss@initech.example', password: 'pass' };

function fileForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'webex journal '));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'webex.json');
}

/** One start of the stand-in on the file, an hour after the last. */
function starter(file: string) {
  let hours = 0;
  return async () => {
    const now = Date.UTC(2026, 10, 25) + hours++ * 3_600_000;
    const webex = await startWebex({ file, now: () => now });
    onTestFinished(() => webex.close().catch(() => undefined));
    return webex;
  };
}

describe('after a restart', () => {
  it('organizations and people that the control added are there, and their customers stay connected', async () => {
    const start = starter(fileForTest());
    const { control, close } = await start();
    control.addOrganization({ id: initech, name: 'Initech', people: 5, administrators: [boss] });
    control.people({ orgId: initech, add: 3 });
    control.people({ orgId: initech, upsert: [{ emails: ['x@initech.example'], displayName: 'X' }] });
    control.people({ orgId: initech, remove: { count: 2, seed: 7 } });
    control.people({ orgId: initech, churn: { seed: 1, add: 2, change: 2, remove: 1 } });
    const before = [...control.peopleList(initech)];
    const { refresh_token = '' } = control.grant({ orgId: initech });
    await close();

    const again = await start();
    expect([...again.control.peopleList(initech)]).toEqual(before);
    expect(again.control.isAlive(refresh_token)).toBe(true);
    again.control.people({ orgId: initech, add: 1 });
    const grown = [...again.control.peopleList(initech)];
    await again.close();
    expect([...(await start()).control.peopleList(initech)]).toEqual(grown);
  });

  it('roles, deactivations, settings and the clock are as they were left', async () => {
    const start = starter(fileForTest());
    const { control, close } = await start();
    control.settings({ rotation: 'rotate', scim: { rooms: 4 } });
    control.changeRoles({ email: administrator.email, roles: ['user_admin'] });
    control.deactivateUser({ email: 'admin@globex.example' });
    const { now } = control.clock({ advanceMs: 86_400_000 });
    const { refresh_token = '' } = control.grant({ orgId: acme, email: 'member@acme.example' });
    await close();

    const { control: again } = await start();
    expect(again.settings()).toMatchObject({ rotation: 'rotate', scim: { rooms: 4 } });
    expect([...again.peopleList(acme)][0]!.roles).toEqual(['id_user_admin']);
    expect([...again.peopleList(globex)][0]!.loginEnabled).toBe(false);
    expect(again.clock({ advanceMs: 0 }).now).toBe(now + 3_600_000);
    expect(again.isAlive(refresh_token)).toBe(true);
  });

  it('faults are gone', async () => {
    const start = starter(fileForTest());
    const { control, close } = await start();
    control.faults({ times: 'always', fault: { status: 500 } });
    await close();
    const { url } = await start();
    expect((await fetch(`${url}/v1/people`)).status).toBe(401);
  });
});

it('forgets a change whose line a kill has cut off, and keeps those before and after it', async () => {
  const file = fileForTest();
  const start = starter(file);
  const { control, close } = await start();
  control.settings({ latencyMs: 1 });
  await close();
  appendFileSync(`${file}.journal`, '{"operation":"settings","inp');
  const again = await start();
  again.control.settings({ pageCeiling: 9 });
  await again.close();
  expect((await start()).control.settings()).toMatchObject({ latencyMs: 1, pageCeiling: 9 });
  expect(readFileSync(`${file}.journal`, 'utf8').split('\n')).toHaveLength(3);
});

it.each([
  'not json\n',
  '{"operation":"constructor","input":{},"at":0}\n',
  '{"operation":"people","input":{},"at":0}\n',
])('names the file, the line and the remedy when it cannot repeat a change: %s', async (line) => {
  const file = fileForTest();
  writeFileSync(`${file}.journal`, line);
  await expect(startWebex({ file })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(/webex\.json\.journal holds \(line 1: .*Delete the file/),
  });
});

it.each(['rubbish', '{}', '[{"email":"admin@acme.example"}]'])(
  'names the file and the remedy when it cannot read the grants: %s',
  async (text) => {
    const file = fileForTest();
    writeFileSync(file, text);
    await expect(startWebex({ file })).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringMatching(/webex\.json .*Delete the file/),
    });
  },
);
