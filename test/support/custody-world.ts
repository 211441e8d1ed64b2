/** A small fleet whose tokens are refreshed against the stand-in, with the questions that tests of custody ask about its first customer. */

import { startWebex, type WebexServer } from '../../local/webex/server.ts';
import type { Connection } from '../../shared/domain/connection.ts';
import { withLease } from '../../shared/domain/lease.ts';
import type { Stored } from '../../shared/ports.ts';
import { connectionPath, refreshTokenPlace } from '../../shared/storage/layout.ts';
import { type RefreshResult, refreshConnection } from '../../shared/tokens/refresh.ts';
import { type RefreshRun, refreshDue } from '../../shared/tokens/refresh-due.ts';
import { frozenClock } from './clock.ts';
import { connect, type Member, members, organize } from './fleet.ts';
import { readConnection, type TestPorts, testPorts } from './ports.ts';

interface Options {
  rotation?: 'keep' | 'rotate';
  /** How many customers there are. */
  size?: number;
  /** How many of them are connected; all, unless given. */
  connected?: number;
}

export async function startCustodyWorld({ rotation = 'rotate', size = 3, connected = size }: Options = {}) {
  const clock = frozenClock();
  const webex = await startWebex({ now: clock.now, organizations: [], rotation });
  const world = new CustodyWorld(webex, testPorts(webex, { clock }), members(size));
  organize(webex.control, world.fleet);
  await world.connect(world.fleet.slice(0, connected));
  return world;
}

export class CustodyWorld {
  readonly webex: WebexServer;
  readonly ports: TestPorts;
  readonly fleet: Member[];
  /** The first customer, its organization and the path of its connection. */
  readonly customer: string;
  readonly orgId: string;
  readonly path: string;

  constructor(webex: WebexServer, ports: TestPorts, fleet: Member[]) {
    this.webex = webex;
    this.ports = ports;
    this.fleet = fleet;
    this.customer = fleet[0]!.customerId;
    this.orgId = fleet[0]!.orgId;
    this.path = connectionPath(this.customer);
  }

  connect(fleet: Member[]): Promise<void> {
    return connect(this.ports, this.webex.control, fleet, this.ports.clock.now());
  }

  /** The connection with its version. */
  async read(): Promise<Stored<Connection>> {
    return (await this.ports.store.get<Connection>(this.path))!;
  }

  stored(): Promise<Connection> {
    return readConnection(this.ports.store, this.customer);
  }

  async storedRefreshToken(): Promise<string> {
    const { grant } = await this.stored();
    return (await this.ports.sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(this.customer))).reveal();
  }

  async storedTokenIsAlive(): Promise<boolean> {
    return this.webex.control.isAlive(await this.storedRefreshToken());
  }

  async refresh(): Promise<RefreshResult> {
    return refreshConnection(this.ports, await this.read(), { force: true });
  }

  run(limits: { endsAt?: number; signal?: AbortSignal } = {}): Promise<RefreshRun> {
    return refreshDue(this.ports, { concurrency: 4, endsAt: this.ports.clock.now() + 60_000, ...limits });
  }

  /** Another process acquires the lease. Returns the connection and its version as that process has stored them. */
  async leaseToOther(): Promise<{ leased: Connection; version: string }> {
    const now = await this.read();
    const leased = withLease(now.data, 'other', this.ports.clock.now());
    const [version] = await this.ports.store.commit([{ set: this.path, data: leased, if: { version: now.version } }]);
    return { leased, version: version! };
  }

  async close(): Promise<void> {
    await this.ports.store.close();
    await this.webex.close();
  }
}
