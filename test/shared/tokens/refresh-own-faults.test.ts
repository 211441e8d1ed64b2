/** Faults on our side: a stored text that cannot be opened, and a clock that jumps. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebexServer } from '../../../local/webex/server.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { day } from '../../../shared/domain/time.ts';
import { refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { type CustodyWorld, startCustodyWorld } from '../../support/custody-world.ts';
import type { TestPorts } from '../../support/ports.ts';

let world: CustodyWorld;
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  world = await startCustodyWorld({ rotation: 'keep' });
  ({ webex, ports } = world);
});
afterEach(() => world.close());

describe('a stored text that cannot be opened', () => {
  const spoilt: [string, (sealed: string) => string | Promise<string>][] = [
    ['is malformed', () => 'not a JWE'],
    ['was changed', (sealed) => `${sealed.slice(0, -3)}AAA`],
    ['names a key that is gone', (sealed) => sealed.replace(/^[^.]+/, header({ kid: 'gone' }))],
    ['names no key', (sealed) => sealed.replace(/^[^.]+/, header({}))],
    ['asks for another algorithm', (sealed) => sealed.replace(/^[^.]+/, header({ kid: 'test-1', alg: 'A256KW' }))],
    ['belongs to another customer', () => ports.sealer.seal(new Secret('stolen'), refreshTokenPlace('somebody'))],
  ];
  const header = (change: object) =>
    Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', ...change })).toString('base64url');

  it.each(spoilt)('because it %s is recorded, and the connection stays', async (_name, spoil) => {
    const read = await world.read();
    const grant = { ...read.data.grant!, sealedRefreshToken: await spoil(read.data.grant!.sealedRefreshToken) };
    await ports.store.commit([{ set: world.path, data: { ...read.data, grant } }]);
    expect((await world.refresh()).outcome).toBe('failed');
    expect(await world.stored()).toMatchObject({ state: 'degraded', fault: { code: 'sealed_text_invalid' }, grant });
    expect(webex.control.stats().grants[world.orgId]?.exchanges ?? 0).toBe(0);
  });
});

describe('a clock that jumps', () => {
  it('back: a refresh that is scheduled too far ahead is due now', async () => {
    ports.clock.advance(400 * day);
    webex.control.settings({ lifetimes: { refreshMs: 900 * day } });
    await ports.store.commit([
      { set: world.path, data: { ...(await world.stored()), nextRefreshAt: ports.clock.now() } },
    ]);
    const read = await world.stored();
    const refreshExpiresAt = ports.clock.now() + 900 * day;
    await ports.store.commit([
      {
        set: world.path,
        data: { ...read, nextRefreshAt: ports.clock.now() + 7 * day, grant: { ...read.grant, refreshExpiresAt } },
      },
    ]);
    ports.clock.advance(-399 * day);
    expect((await world.run()).outcomes.refreshed ?? 0).toBe(1);
    expect((await world.stored()).nextRefreshAt! - ports.clock.now()).toBeLessThanOrEqual(7 * day);
  });

  it('back: a lease that ends too far ahead blocks nobody', async () => {
    const read = await world.stored();
    const lease = { owner: 'somebody', epoch: 1, endsAt: ports.clock.now() + day };
    await ports.store.commit([{ set: world.path, data: { ...read, lease, epoch: 1 } }]);
    expect((await world.refresh()).outcome).toBe('refreshed');
  });
});
