import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('the person who authorized', () => {
  const admin = () => world.people()[0]!;
  beforeEach(async () => {
    await world.setAuthorizer(admin());
    await syncNow(ports, customer);
    ports.messages.length = 0;
  });

  it('is reported once when deactivated, and again the next time', async () => {
    const enabled = async (loginEnabled: boolean) => {
      webex.control.people({ orgId: acme.id, update: [{ id: admin().id, loginEnabled }] });
      await syncNow(ports, customer);
    };
    await enabled(false);
    await syncNow(ports, customer);
    expect(world.publishedEvents().filter((type) => type === 'authorizer_at_risk')).toHaveLength(1);
    await enabled(true);
    await enabled(false);
    expect(world.publishedEvents().filter((type) => type === 'authorizer_at_risk')).toHaveLength(2);
  });

  it('is reported when only a lesser role is left', async () => {
    webex.control.people({ orgId: acme.id, update: [{ id: admin().id, roles: ['id_user_admin'] }] });
    await syncNow(ports, customer);
    expect(ports.messages.map(({ data }) => data.data)).toContainEqual(
      expect.objectContaining({ reason: 'role_lost' }),
    );
  });

  it('is reported when Webex refuses because no role is left', async () => {
    webex.control.changeRoles({ email: 'admin@acme.example', roles: [] });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', fault: { code: 'webex_forbidden' } });
    expect(world.publishedEvents()).toContain('authorizer_at_risk');
  });

  it('is reported when gone', async () => {
    const other = world.people()[9]!;
    await world.setAuthorizer(other);
    await syncNow(ports, customer);
    ports.messages.length = 0;
    webex.control.people({ orgId: acme.id, remove: [other.id] });
    await syncNow(ports, customer);
    expect(ports.messages.map(({ data }) => data.data)).toContainEqual(
      expect.objectContaining({ reason: 'disappeared', person: other.id }),
    );
  });
});
